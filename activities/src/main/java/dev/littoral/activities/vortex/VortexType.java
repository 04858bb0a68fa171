package dev.littoral.activities.vortex;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.littoral.activities.digest.Sha256;
import dev.littoral.activities.flatbuffers.FlatBufferException;
import dev.littoral.activities.flatbuffers.FlatTable;
import dev.littoral.activities.source.Columns;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A type of Vortex, with those that are nested in it: of a whole file, or of a column.
 *
 * @param word the type in the words of {@link dev.littoral.workflows.spec.ColumnTypes}, as Vortex calls it where none
 *     fits
 * @param detail all else that makes it another type
 * @param names of the columns that it has, each with a type in {@code parts}; empty where it has none
 * @param parts the types nested in it
 */
record VortexType(String word, String detail, List<String> names, List<VortexType> parts) implements Columns {
    private static final int MAX_DEPTH = 64;
    private static final int FINGERPRINT_BYTES = 8;

    private static final String[] PRIMITIVES = {
        "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "float", "double"
    };

    static VortexType read(FlatTable type) throws FlatBufferException {
        return read(type, MAX_DEPTH);
    }

    private static VortexType read(FlatTable type, int depth) throws FlatBufferException {
        int kind = type.u8(0);
        FlatTable of = type.table(1);
        if (depth == 0 || of == null) {
            throw new FlatBufferException(of == null ? "a type without a kind" : "too deeply nested types");
        }
        return switch (kind) {
            case 1 -> leaf("null", of, -1);
            case 2 -> leaf("boolean", of, 0);
            case 3 -> leaf(primitive(of.u8(0)), of, 1);
            case 4 -> leaf("decimal(" + of.u8(0) + "," + (byte) of.u8(1) + ")", of, 2);
            case 5 -> leaf("string", of, 0);
            case 6 -> leaf("binary", of, 0);
            case 7 -> struct(of, depth);
            case 8 -> new VortexType("list", nullable(of, 1), List.of(), List.of(element(of, depth)));
            case 9 -> extension(of, depth);
            case 10 -> new VortexType("list", of.u32(1) + nullable(of, 2), List.of(), List.of(element(of, depth)));
            case 11 -> leaf("variant", of, 0);
            case 12 -> leaf("union", of, 0);
            default -> throw new FlatBufferException("type " + kind);
        };
    }

    private static VortexType leaf(String word, FlatTable of, int nullable) throws FlatBufferException {
        return new VortexType(word, nullable < 0 ? "" : nullable(of, nullable), List.of(), List.of());
    }

    private static String nullable(FlatTable of, int field) throws FlatBufferException {
        return of.u8(field) == 0 ? " required" : " optional";
    }

    private static String primitive(int type) throws FlatBufferException {
        if (type >= PRIMITIVES.length) {
            throw new FlatBufferException("primitive type " + type);
        }
        return PRIMITIVES[type];
    }

    private static VortexType element(FlatTable of, int depth) throws FlatBufferException {
        FlatTable element = of.table(0);
        if (element == null) {
            throw new FlatBufferException("a list without a type");
        }
        return read(element, depth - 1);
    }

    private static VortexType struct(FlatTable of, int depth) throws FlatBufferException {
        FlatTable.Vector names = of.vector(0, 4);
        FlatTable.Vector types = of.vector(1, 4);
        if (names.size() != types.size()) {
            throw new FlatBufferException(names.size() + " names of " + types.size() + " columns");
        }
        List<String> columns = new ArrayList<>();
        List<VortexType> parts = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            parts.add(read(types.table(i), depth - 1));
            columns.add(names.text(i));
        }
        return new VortexType("struct", nullable(of, 2), columns, parts);
    }

    private static VortexType extension(FlatTable of, int depth) throws FlatBufferException {
        String id = of.text(0);
        FlatTable storage = of.table(1);
        if (id == null || storage == null) {
            throw new FlatBufferException("an extension type without a name or a type");
        }
        VortexType stored = read(storage, depth - 1);
        String detail = id + " " + HexFormat.of().formatHex(of.bytes(2));
        String word = switch (id) {
            case "vortex.date" -> "date";
            case "vortex.time" -> "time";
            case "vortex.timestamp" -> "timestamp";
            case "vortex.uuid" -> "uuid";
            default -> stored.word;
        };
        return new VortexType(word, detail, stored.names, List.of(stored));
    }

    /** The types of the columns: those of an extension are its storage's. */
    private List<VortexType> columns() {
        return names.size() == parts.size() ? parts : parts.get(0).columns();
    }

    @Override
    public Optional<String> typeOf(String path) {
        return find(path).map(VortexType::word);
    }

    private Optional<VortexType> find(String path) {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (path.equals(name)) {
                return Optional.of(columns().get(i));
            }
            if (path.startsWith(name + ".")) {
                Optional<VortexType> found = columns().get(i).find(path.substring(name.length() + 1));
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void children(String group, Consumer<String> visitor) {
        Optional<VortexType> of = group == null ? Optional.of(this) : find(group);
        of.ifPresent(each -> each.names.forEach(visitor));
    }

    /** The fingerprint: 16 hex characters. Names, order, nesting and types with all their parameters count. */
    String fingerprint() {
        MessageDigest digest = Sha256.start();
        digest(digest);
        return HexFormat.of().formatHex(digest.digest(), 0, FINGERPRINT_BYTES);
    }

    private void digest(MessageDigest digest) {
        digest.update((word + " " + detail + " " + names.size() + " " + parts.size() + "\n").getBytes(UTF_8));
        for (String name : names) {
            byte[] bytes = name.getBytes(UTF_8);
            digest.update((bytes.length + ":").getBytes(UTF_8));
            digest.update(bytes);
        }
        parts.forEach(part -> part.digest(digest));
    }
}
