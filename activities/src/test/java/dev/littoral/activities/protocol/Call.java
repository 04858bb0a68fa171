package dev.littoral.activities.protocol;

import dev.littoral.workflows.model.FailureType;
import java.util.List;

/**
 * What a step asks of the world: the catalog's store, or the source.
 *
 * @param key the object's key, the listed prefix, the source's URI or the file's path
 * @param body what is written, or null
 * @param keys what is deleted, or the version of the file that is read
 * @param after where a listing starts, or null
 * @param limit how much is listed
 */
record Call(Kind kind, String key, Body body, List<String> keys, String after, int limit) {
    enum Kind {
        CREATE,
        PUT,
        GET,
        LIST,
        DELETE,
        LIST_SOURCE,
        READ_SOURCE,
        RESOLVE_TABLE,
        LIST_VERSION,
        CLOCK;

        boolean writes() {
            return this == CREATE || this == PUT || this == DELETE;
        }
    }

    static Call create(String key, byte[] body) {
        return new Call(Kind.CREATE, key, Body.of(body), List.of(), null, 0);
    }

    static Call put(String key, byte[] body) {
        return new Call(Kind.PUT, key, Body.of(body), List.of(), null, 0);
    }

    static Call get(String key) {
        return new Call(Kind.GET, key, null, List.of(), null, 0);
    }

    static Call list(String prefix, String after, int limit) {
        return new Call(Kind.LIST, prefix, null, List.of(), after, limit);
    }

    static Call delete(List<String> keys) {
        return new Call(Kind.DELETE, keys.isEmpty() ? "" : keys.get(0), null, keys, null, 0);
    }

    static Call listSource(String uri) {
        return new Call(Kind.LIST_SOURCE, uri, null, List.of(), null, 0);
    }

    static Call readSource(String path, String version) {
        return new Call(Kind.READ_SOURCE, path, null, List.of(version), null, 0);
    }

    /** Which version of a table is the newest. */
    static Call resolveTable(String uri) {
        return new Call(Kind.RESOLVE_TABLE, uri, null, List.of(), null, 0);
    }

    /** The files of a version of a table; none where it is gone. */
    static Call listVersion(String uri, int version) {
        return new Call(Kind.LIST_VERSION, uri, null, List.of(), null, version);
    }

    static Call clock() {
        return new Call(Kind.CLOCK, "", null, List.of(), null, 0);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case CREATE, PUT, GET, LIST_SOURCE -> word() + " " + short_(key);
            case LIST -> "list " + short_(key) + (after == null ? "" : " after " + short_(after));
            case DELETE -> "delete " + keys.size() + " objects, " + short_(key) + " the first";
            case RESOLVE_TABLE -> "look for the newest version of " + key;
            case LIST_VERSION -> "list version " + limit + " of " + key;
            case READ_SOURCE -> "read " + key + " at " + keys.get(0);
            case CLOCK -> "look at the clock";
        };
    }

    private String word() {
        return switch (kind) {
            case CREATE -> "create";
            case PUT -> "put";
            case GET -> "get";
            case LIST, LIST_SOURCE, LIST_VERSION -> "list";
            case DELETE -> "delete";
            case READ_SOURCE -> "read";
            case RESOLVE_TABLE, CLOCK -> "look";
        };
    }

    /** A head's key as people read it: by its version. */
    private static String short_(String key) {
        if (key.startsWith(World.COLLECTION + "/head/") && key.endsWith(".json")) {
            return "version " + World.versionOf(key);
        }
        return key.startsWith(World.COLLECTION + "/") ? key.substring(World.COLLECTION.length() + 1) : key;
    }

    /** What the world answers to a call: a value, or a failure of that class, upon which nobody knows what happened. */
    record Answer(Call call, Object value, FailureType failure) {}
}
