/**
 * lightning-kmp's codecs and builders over lines of JSON, for the differential runs of `interop/diff`: one request a line
 * (`{ "id", "method", "params": { "items": [ … ] } }`), one answer a line, an answer for each item in order. Nothing here
 * judges: it says what lightning-kmp reads, writes and peels, and in its own words why it refuses.
 */
package lno.interop

import kotlinx.serialization.json.*

/** What lightning-kmp refuses, in its words. */
class Refused(reason: String) : Exception(reason)

typealias Item = JsonObject

fun Item.text(name: String): String = textOrNull(name) ?: throw Refused("the request has no $name")
fun Item.textOrNull(name: String): String? = this[name]?.jsonPrimitive?.contentOrNull
fun Item.texts(name: String): List<String> = this[name]?.jsonArray?.map { it.jsonPrimitive.content } ?: listOf()
fun Item.items(name: String): List<Item> = this[name]?.jsonArray?.map { it.jsonObject } ?: listOf()

private fun answer(method: String, item: Item): JsonElement = when (method) {
    "decode" -> decode(item)
    "build" -> build(item)
    "path" -> path(item)
    "walk" -> walk(item)
    "make_path" -> makePath(item)
    "peel" -> peel(item)
    "message" -> message(item)
    else -> throw Refused("unknown method $method")
}

/** Whatever the library throws is a finding, not the end of the run. */
private fun guarded(method: String, item: Item): JsonElement = try {
    buildJsonObject {
        put("ok", true)
        put("value", answer(method, item))
    }
} catch (e: Throwable) {
    buildJsonObject {
        put("ok", false)
        put("reason", if (e is Refused) e.message else "${e::class.simpleName}: ${e.message}")
    }
}

fun main() {
    while (true) {
        val line = readlnOrNull() ?: return
        val request = Json.parseToJsonElement(line).jsonObject
        val method = request.text("method")
        val result = if (method == "version") buildJsonObject {
            put("name", "lightning-kmp")
            put("version", "1.8.4")
        } else JsonArray(request["params"]!!.jsonObject.items("items").map { guarded(method, it) })
        println(buildJsonObject {
            put("id", request["id"]!!)
            put("result", result)
        })
    }
}
