package lno.interop

import fr.acinq.bitcoin.ByteVector
import fr.acinq.bitcoin.PrivateKey
import fr.acinq.bitcoin.PublicKey
import fr.acinq.bitcoin.io.ByteArrayInput
import fr.acinq.bitcoin.io.ByteArrayOutput
import fr.acinq.lightning.EncodedNodeId
import fr.acinq.lightning.Features
import fr.acinq.lightning.wire.OfferTypes
import fr.acinq.secp256k1.Hex
import kotlinx.serialization.json.*

/** What lightning-kmp read, in the form in which the run compares it: field names of BOLT 12, digits, hex. */
class Fields {
    private val all = mutableMapOf<String, JsonElement>()

    fun text(name: String, value: String?) {
        if (value != null) all[name] = JsonPrimitive(value)
    }

    fun bytes(name: String, value: ByteVector?) = text(name, value?.toHex())
    fun point(name: String, value: PublicKey?) = text(name, value?.value?.toHex())

    /** A 64-bit number without sign, which Kotlin holds with one. */
    fun number(name: String, value: Long?) = text(name, value?.toULong()?.toString())

    /** No bits and no bitmap are the same. */
    fun features(name: String, value: Features?) = text(name, value?.let { bits(it) }?.ifEmpty { null })

    fun list(name: String, values: List<JsonElement>?) {
        if (values != null) all[name] = JsonArray(values)
    }

    fun value() = JsonObject(all)
}

private fun bits(features: Features): String =
    Hex.encode(features.toByteArray().dropWhile { it == 0.toByte() }.toByteArray())

fun nodeText(node: EncodedNodeId): String = when (node) {
    is EncodedNodeId.ShortChannelIdDir -> "${node.scid.toLong().toULong()}/${if (node.isNode1) 0 else 1}"
    is EncodedNodeId.WithPublicKey -> node.publicKey.value.toHex()
}

fun pathJson(found: OfferTypes.ContactInfo.BlindedPath): JsonElement = buildJsonObject {
    put("first_node_id", nodeText(found.route.introductionNodeId))
    put("first_path_key", found.route.blindingKey.value.toHex())
    put("path", JsonArray(found.route.blindedNodes.map {
        JsonArray(listOf(JsonPrimitive(it.blindedPublicKey.value.toHex()), JsonPrimitive(it.encryptedPayload.toHex())))
    }))
}

fun payinfoJson(info: OfferTypes.PaymentInfo): JsonElement = buildJsonObject {
    put("fee_base_msat", info.feeBase.toLong().toString())
    put("fee_proportional_millionths", info.feeProportionalMillionths.toString())
    put("cltv_expiry_delta", info.cltvExpiryDelta.toInt().toString())
    put("htlc_minimum_msat", info.minHtlc.toLong().toULong().toString())
    put("htlc_maximum_msat", info.maxHtlc.toLong().toULong().toString())
    put("features", bits(info.allowedFeatures))
}

fun readPath(hex: String): OfferTypes.ContactInfo.BlindedPath {
    val input = ByteArrayInput(Hex.decode(hex))
    val path = OfferTypes.readPath(input)
    if (input.availableBytes > 0) throw Refused("bytes behind the path")
    return path
}

fun writePath(path: OfferTypes.ContactInfo.BlindedPath): String {
    val out = ByteArrayOutput()
    OfferTypes.writePath(path, out)
    return Hex.encode(out.toByteArray())
}

fun secret(hex: String) = PrivateKey(Hex.decode(hex))
fun point(hex: String) = PublicKey(Hex.decode(hex))
