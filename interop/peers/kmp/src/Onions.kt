package lno.interop

import fr.acinq.bitcoin.ByteVector
import fr.acinq.bitcoin.io.ByteArrayOutput
import fr.acinq.bitcoin.utils.Either
import fr.acinq.lightning.EncodedNodeId
import fr.acinq.lightning.crypto.RouteBlinding
import fr.acinq.lightning.crypto.sphinx.Sphinx
import fr.acinq.lightning.message.OnionMessages
import fr.acinq.lightning.wire.GenericTlv
import fr.acinq.lightning.wire.MessageOnion
import fr.acinq.lightning.wire.OfferTypes
import fr.acinq.lightning.wire.OnionMessage
import fr.acinq.lightning.wire.OnionMessagePayloadTlv
import fr.acinq.lightning.wire.RouteBlindingEncryptedData
import fr.acinq.lightning.wire.TlvStream
import fr.acinq.secp256k1.Hex
import kotlinx.serialization.json.*

private fun <A, B> Either<A, B>.orRefused(): B = when (this) {
    is Either.Right -> value
    is Either.Left -> throw Refused(value.toString())
}

/** `{ hex }`: read and written again. */
fun path(item: Item): JsonElement = readPath(item.text("hex")).let {
    buildJsonObject {
        put("bytes", writePath(it))
        put("path", pathJson(it))
    }
}

/** `{ hex, secrets }`: each node of the path reads its hop. */
fun walk(item: Item): JsonElement {
    val route = readPath(item.text("hex")).route
    var key = route.blindingKey
    return JsonArray(item.texts("secrets").mapIndexed { i, secret ->
        val (data, derived) = RouteBlinding.decryptPayload(secret(secret), key, route.blindedNodes[i].encryptedPayload).orRefused()
        key = RouteBlindingEncryptedData.read(data.toByteArray()).orRefused().nextBlindingOverride ?: derived
        buildJsonObject {
            put("data", data.toHex())
            put("next_path_key", key.value.toHex())
        }
    })
}

/** `{ session_key, nodes, data }`: ids, and for each the data that it shall find. */
fun makePath(item: Item): JsonElement {
    val made = RouteBlinding.create(secret(item.text("session_key")), item.texts("nodes").map(::point), item.texts("data").map { ByteVector(it) })
    val path = OfferTypes.ContactInfo.BlindedPath(made.route)
    return buildJsonObject {
        put("bytes", writePath(path))
        put("path", pathJson(path))
    }
}

private fun written(message: OnionMessage): String {
    val out = ByteArrayOutput()
    message.write(out)
    return Hex.encode(out.toByteArray())
}

/** `{ secret, message }`: one layer taken off, as a relay or the last hop does. The message comes without its type. */
fun peel(item: Item): JsonElement {
    val secret = secret(item.text("secret"))
    val message = OnionMessage.read(Hex.decode(item.text("message")))
    val blinded = RouteBlinding.derivePrivateKey(secret, message.blindingKey)
    val peeled = Sphinx.peel(blinded, ByteVector.empty, message.onionRoutingPacket).orRefused()
    val content = MessageOnion.read(peeled.payload.toByteArray())
    val (plain, derived) = RouteBlinding.decryptPayload(secret, message.blindingKey, content.encryptedData).orRefused()
    val data = RouteBlindingEncryptedData.read(plain.toByteArray()).orRefused()
    if (!peeled.isLastPacket) {
        val next = data.nextNodeId?.let(::nodeText) ?: data.outgoingChannelId?.toLong()?.toULong()?.toString()
        val key = data.nextBlindingOverride ?: derived
        return buildJsonObject {
            putJsonObject("forward") {
                put("next", next)
                put("message", written(OnionMessage(key, peeled.nextPacket)))
            }
        }
    }
    val known = content.records.records.filter { it.tag >= 64 }.map { it.tag to ByteVector(it.write()) }
    val found = known + content.records.unknown.filter { it.tag >= 64 }.map { it.tag to it.value }
    return buildJsonObject {
        putJsonObject("deliver") {
            found.firstOrNull()?.let { (type, value) ->
                put("type", type.toString())
                put("value", value.toHex())
            }
            content.replyPath?.let { put("reply_path", writePath(OfferTypes.ContactInfo.BlindedPath(it))) }
            data.pathId?.let { put("path_id", it.toHex()) }
        }
    }
}

private fun contents(item: Item): TlvStream<OnionMessagePayloadTlv> {
    val value = Hex.decode(item.text("value"))
    val reply = item.textOrNull("reply_path")?.let { OnionMessagePayloadTlv.ReplyPath(readPath(it).route) }
    return when (val type = item.text("type")) {
        "64" -> TlvStream(setOfNotNull(reply, OnionMessagePayloadTlv.InvoiceRequest(OfferTypes.InvoiceRequest.tlvSerializer.read(value))))
        "66" -> TlvStream(setOfNotNull(reply, OnionMessagePayloadTlv.Invoice(OfferTypes.Invoice.tlvSerializer.read(value))))
        else -> TlvStream(setOfNotNull(reply), setOf(GenericTlv(type.toLong(), ByteVector(value))))
    }
}

/** `{ session_key, path_secret, via, node | path, type, value, reply_path?, path_id? }`. */
fun message(item: Item): JsonElement {
    fun node(hex: String) = EncodedNodeId.WithPublicKey.Plain(point(hex))
    val destination = item.textOrNull("path")?.let { OnionMessages.Destination.BlindedPath(readPath(it).route) }
        ?: OnionMessages.Destination.Recipient(node(item.text("node")), item.textOrNull("path_id")?.let { ByteVector(it) })
    val made = OnionMessages.buildMessage(
        secret(item.text("session_key")),
        secret(item.text("path_secret")),
        item.texts("via").map { OnionMessages.IntermediateNode(node(it)) },
        destination,
        contents(item),
    )
    return buildJsonObject { put("message", written(made.orRefused())) }
}
