package dev.littoral.starter.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A price table of stores.
 *
 * @param currency in which it is
 * @param prices of one request or byte, by the names of {@link Traffic}
 */
record Prices(String currency, Map<String, Double> prices) {
    private static final List<String> STORES = List.of("catalog", "source");
    private static final List<String> KINDS = List.of("delete", "get", "head", "list", "put");
    private static final String THOUSAND = "thousandRequests";
    private static final Map<String, String> GIGABYTES = Map.of("gigabyteRead", "read", "gigabyteWritten", "written");
    private static final double GIGABYTE = 1e9;

    /** Where calls of a catalog are counted and not the requests they become, a create is a put. */
    private static final String CREATE = "catalog.create";

    /**
     * Reads a table.
     *
     * @throws LittoralException INPUT when it is not right
     */
    static Prices read(Path file) {
        JsonNode table;
        try {
            table = Json.JSON.readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw wrong(file, "is no JSON", "an object");
        } catch (IOException e) {
            throw LittoralException.input("Prices " + file + " cannot be read; expected a file with a price table");
        }
        requireKeys(file, "", table, List.of("currency", "catalog", "source"));
        if (!table.path("currency").isTextual()) {
            throw wrong(file, "has no currency", "a word, as USD");
        }
        Map<String, Double> prices = new TreeMap<>();
        for (String store : STORES) {
            JsonNode of = table.path(store);
            requireKeys(file, store, of, List.of(THOUSAND, "gigabyteRead", "gigabyteWritten"));
            requireKeys(file, store + "." + THOUSAND, of.path(THOUSAND), KINDS);
            for (String kind : KINDS) {
                prices.put(store + "." + kind, price(file, store + "." + THOUSAND, of.path(THOUSAND), kind) / 1000);
            }
            GIGABYTES.forEach((key, name) -> prices.put(store + "." + name, price(file, store, of, key) / GIGABYTE));
        }
        prices.put(CREATE, prices.get("catalog.put"));
        return new Prices(table.get("currency").asText(), prices);
    }

    private static void requireKeys(Path file, String where, JsonNode object, List<String> keys) {
        if (!object.isObject()) {
            throw wrong(file, where.isEmpty() ? "is no object" : "has no " + where, "an object with the keys " + keys);
        }
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!keys.contains(name)) {
                throw wrong(file, "has the key " + (where.isEmpty() ? "" : where + ".") + name, "one of " + keys);
            }
        }
    }

    private static double price(Path file, String where, JsonNode object, String key) {
        JsonNode price = object.path(key);
        if (!price.isNumber() || price.asDouble() < 0) {
            throw wrong(file, "has no price " + where + "." + key, "a number, 0 where it is free");
        }
        return price.asDouble();
    }

    private static LittoralException wrong(Path file, String found, String expected) {
        return LittoralException.input("Prices " + file + " " + found + "; expected " + expected);
    }

    /** What requests and bytes cost. */
    double of(Map<String, Double> counts) {
        return counts.entrySet().stream()
                .mapToDouble(count -> count.getValue() * prices.getOrDefault(count.getKey(), 0.0))
                .sum();
    }
}
