package lno.interop

import fr.acinq.bitcoin.BlockHash
import fr.acinq.bitcoin.ByteVector
import fr.acinq.bitcoin.ByteVector32
import fr.acinq.bitcoin.utils.Try
import fr.acinq.lightning.CltvExpiryDelta
import fr.acinq.lightning.Features
import fr.acinq.lightning.MilliSatoshi
import fr.acinq.lightning.payment.Bolt12Invoice
import fr.acinq.lightning.wire.OfferTypes
import fr.acinq.lightning.wire.OfferTypes.InvoiceRequest
import fr.acinq.lightning.wire.OfferTypes.Offer
import fr.acinq.lightning.wire.OfferTypes.OfferTlv
import fr.acinq.lightning.wire.TlvStream
import kotlinx.serialization.json.JsonElement

/** `{ kind, …options by the names of BOLT 12 }`; chains are hashes as they stand on the wire. */
fun build(item: Item): JsonElement = when (val kind = item.text("kind")) {
    "offer" -> show(offer(item))
    "invoice_request" -> show(request(item))
    "invoice" -> show(invoice(item))
    else -> throw Refused("unknown kind $kind")
}

private fun Item.number(name: String): Long? = textOrNull(name)?.toULong()?.toLong()
private fun Item.hex(name: String): ByteVector? = textOrNull(name)?.let { ByteVector(it) }
private fun chain(hex: String) = BlockHash(ByteVector32(hex))
private fun <T> Try<T>.get(): T = when (this) {
    is Try.Success -> result
    is Try.Failure -> throw error
}

private fun offer(item: Item) = Offer(TlvStream(setOfNotNull<OfferTlv>(
    item.texts("offer_chains").ifEmpty { null }?.let { OfferTypes.OfferChains(it.map(::chain)) },
    item.hex("offer_metadata")?.let { OfferTypes.OfferMetadata(it) },
    item.number("offer_amount")?.let { OfferTypes.OfferAmount(MilliSatoshi(it)) },
    item.textOrNull("offer_description")?.let { OfferTypes.OfferDescription(it) },
    item.number("offer_absolute_expiry")?.let { OfferTypes.OfferAbsoluteExpiry(it) },
    item.texts("offer_paths").ifEmpty { null }?.let { OfferTypes.OfferPaths(it.map(::readPath)) },
    item.textOrNull("offer_issuer")?.let { OfferTypes.OfferIssuer(it) },
    item.number("offer_quantity_max")?.let { OfferTypes.OfferQuantityMax(it) },
    item.textOrNull("offer_issuer_id")?.let { OfferTypes.OfferNodeId(point(it)) },
)))

private fun request(item: Item) = InvoiceRequest(
    offer = Offer.decode(item.text("offer")).get(),
    amount = MilliSatoshi(item.number("invreq_amount") ?: throw Refused("lightning-kmp always states an amount")),
    quantity = item.number("invreq_quantity") ?: 1,
    features = Features.empty,
    payerKey = secret(item.text("payer_key")),
    payerNote = item.textOrNull("invreq_payer_note"),
    chain = chain(item.text("invreq_chain")),
)

private fun invoice(item: Item): Bolt12Invoice = Bolt12Invoice(
    InvoiceRequest.decode(item.text("request")).get(),
    ByteVector32(item.text("preimage")),
    secret(item.text("secret")),
    item.number("invoice_relative_expiry") ?: 7200,
    Features.empty,
    item.items("paths").map {
        Bolt12Invoice.Companion.PaymentBlindedContactInfo(
            readPath(it.text("path")),
            OfferTypes.PaymentInfo(
                MilliSatoshi(it.number("fee_base_msat")!!),
                it.number("fee_proportional_millionths")!!,
                CltvExpiryDelta(it.number("cltv_expiry_delta")!!.toInt()),
                MilliSatoshi(it.number("htlc_minimum_msat")!!),
                MilliSatoshi(it.number("htlc_maximum_msat")!!),
                Features.empty,
            ),
        )
    },
)
