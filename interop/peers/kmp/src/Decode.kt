package lno.interop

import fr.acinq.bitcoin.utils.Try
import fr.acinq.lightning.payment.Bolt12Invoice
import fr.acinq.lightning.wire.OfferTypes
import fr.acinq.lightning.wire.OfferTypes.Invoice
import fr.acinq.lightning.wire.OfferTypes.InvoiceRequest
import fr.acinq.lightning.wire.OfferTypes.Offer
import fr.acinq.secp256k1.Hex
import kotlinx.serialization.json.*

private fun <T> Try<T>.orRefused(): T = when (this) {
    is Try.Success -> result
    is Try.Failure -> throw Refused(error.message ?: error::class.simpleName ?: "no reason")
}

/** `{ kind, text }` */
fun decode(item: Item): JsonElement = when (val kind = item.text("kind")) {
    "offer" -> show(Offer.decode(item.text("text")).orRefused())
    "invoice_request", "refund" -> show(InvoiceRequest.decode(item.text("text")).orRefused())
    "invoice" -> show(Bolt12Invoice.fromString(item.text("text")).orRefused())
    else -> throw Refused("unknown kind $kind")
}

private fun offerFields(fields: Fields, offer: Offer) {
    fields.list("offer_chains", offer.chains.map { JsonPrimitive(it.value.toHex()) })
    fields.bytes("offer_metadata", offer.metadata)
    fields.text("offer_currency", offer.currency)
    fields.number("offer_amount", offer.records.get<OfferTypes.OfferAmount>()?.amount?.toLong())
    fields.text("offer_description", offer.description)
    fields.features("offer_features", offer.features)
    fields.number("offer_absolute_expiry", offer.expirySeconds)
    fields.list("offer_paths", offer.paths?.map(::pathJson))
    fields.text("offer_issuer", offer.issuer)
    // It shows "any number" as the largest number.
    fields.number("offer_quantity_max", offer.records.get<OfferTypes.OfferQuantityMax>()?.max)
    fields.point("offer_issuer_id", offer.nodeId)
}

private fun requestFields(fields: Fields, request: InvoiceRequest) {
    offerFields(fields, request.offer)
    fields.bytes("invreq_metadata", request.metadata)
    fields.text("invreq_chain", request.chain.value.toHex())
    fields.number("invreq_amount", request.amount?.toLong())
    fields.features("invreq_features", request.features)
    fields.number("invreq_quantity", request.quantity_opt)
    fields.point("invreq_payer_id", request.payerId)
    fields.text("invreq_payer_note", request.payerNote)
}

fun show(offer: Offer): JsonElement {
    val fields = Fields()
    offerFields(fields, offer)
    return buildJsonObject {
        put("bytes", Hex.encode(Offer.tlvSerializer.write(offer.records)))
        put("text", offer.encode())
        put("fields", fields.value())
        put("root", OfferTypes.rootHash(offer.records).toHex())
        put("offer_id", offer.offerId.toHex())
    }
}

fun show(request: InvoiceRequest): JsonElement {
    val fields = Fields()
    requestFields(fields, request)
    fields.bytes("signature", request.records.get<OfferTypes.Signature>()?.signature)
    return buildJsonObject {
        put("bytes", Hex.encode(InvoiceRequest.tlvSerializer.write(request.records)))
        put("text", request.encode())
        put("fields", fields.value())
        put("root", OfferTypes.rootHash(OfferTypes.removeSignature(request.records)).toHex())
        put("signature", request.checkSignature())
    }
}

fun show(invoice: Bolt12Invoice): JsonElement {
    val fields = Fields()
    requestFields(fields, invoice.invoiceRequest)
    fields.list("invoice_paths", invoice.blindedPaths.map { pathJson(it.route) })
    fields.list("invoice_blindedpay", invoice.blindedPaths.map { payinfoJson(it.paymentInfo) })
    fields.number("invoice_created_at", invoice.createdAtSeconds)
    fields.number("invoice_relative_expiry", invoice.relativeExpirySeconds)
    fields.bytes("invoice_payment_hash", invoice.paymentHash)
    fields.number("invoice_amount", invoice.amount?.toLong())
    fields.list("invoice_fallbacks", invoice.fallbacks?.map {
        buildJsonObject {
            put("version", it.version.toString())
            put("address", it.value.toHex())
        }
    })
    // Its own accessor leaves out features that it does not expect here.
    fields.features("invoice_features", invoice.records.get<OfferTypes.InvoiceFeatures>()?.features)
    fields.point("invoice_node_id", invoice.nodeId)
    fields.bytes("signature", invoice.signature)
    return buildJsonObject {
        put("bytes", Hex.encode(Invoice.tlvSerializer.write(invoice.records)))
        put("text", invoice.write())
        put("fields", fields.value())
        put("root", OfferTypes.rootHash(OfferTypes.removeSignature(invoice.records)).toHex())
        put("signature", invoice.checkSignature())
    }
}
