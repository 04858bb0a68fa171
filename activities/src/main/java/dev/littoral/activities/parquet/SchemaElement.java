package dev.littoral.activities.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Arrays;

/** One element of a footer's schema: a column or group. One instance is used for all elements. One thread. */
final class SchemaElement {
    private static final int ABSENT = Integer.MIN_VALUE;
    private static final int REQUIRED = 0;
    private static final int OPTIONAL = 1;
    private static final int REPEATED = 2;

    private final CompactReader in;

    // What the footer says; ABSENT, or 0 for a parameter, where it says nothing.
    private int nameStart;
    private int nameLength;
    private int physical;
    private int length;
    private int repetition;
    private int children;
    private int converted;
    private int scale;
    private int precision;
    private int logical;

    // Fields 1 and 2 of the logical type: an integer, a boolean as 0 or 1, the id of the field that is set in a union,
    // or text.
    private final int[] parameter = new int[3];
    private String text;

    SchemaElement(CompactReader in) {
        this.in = in;
    }

    void read() {
        nameStart = physical = repetition = children = converted = logical = ABSENT;
        length = scale = precision = 0;
        for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
            int type = in.type();
            if (type == CompactReader.I32 && id >= 1 && id <= 8 && id != 4) {
                int value = in.i32();
                switch (id) {
                    case 1 -> physical = value;
                    case 2 -> length = value;
                    case 3 -> repetition = value;
                    case 5 -> children = value;
                    case 6 -> converted = value;
                    case 7 -> scale = value;
                    default -> precision = value;
                }
            } else if (type == CompactReader.BINARY && id == 4) {
                nameLength = in.length();
                nameStart = in.position();
                in.advance(nameLength);
            } else if (type == CompactReader.STRUCT && id == 10) {
                readLogicalType();
            } else {
                in.skip();
            }
        }
        if (nameStart == ABSENT) {
            throw in.corrupt("a schema element without a name", "one");
        }
        if (isLeaf() && (physical < 0 || physical > 7)) {
            throw in.corrupt("column " + name() + " of physical type " + physical, "0 to 7");
        }
    }

    boolean isLeaf() {
        return physical != ABSENT;
    }

    /** True when the footer says how many children there are. */
    boolean hasChildren() {
        return children != ABSENT;
    }

    int children() {
        return hasChildren() ? children : 0;
    }

    /** True when the element may occur other than once or not at all in its parent. */
    boolean isRepeated() {
        return repetition != ABSENT && repetition != REQUIRED && repetition != OPTIONAL;
    }

    /** True when the element is there, once, wherever its parent is. */
    boolean isRequired() {
        return repetition == ABSENT || repetition == REQUIRED;
    }

    /** The number of the physical type of a leaf. */
    int physical() {
        return physical;
    }

    /** The name as a message shows it. */
    String name() {
        return ParquetNames.shown(in.bytes(), nameStart, nameLength);
    }

    /** The index behind the name in a path that has it at {@code from}, or -1. */
    int endIn(byte[] path, int from) {
        int to = from + nameLength;
        boolean equal =
                to <= path.length && Arrays.equals(in.bytes(), nameStart, nameStart + nameLength, path, from, to);
        return equal ? to : -1;
    }

    /**
     * Feeds a digest with everything that makes the element what it is, in one form however the writer put it: a
     * converted type reads like the logical type it stands for.
     *
     * @param named false for the root, whose name and repetition differ between writers and mean nothing
     */
    void digest(MessageDigest digest, boolean named) {
        if (named) {
            // The length makes sure that no name reads like something else.
            digest.update((nameLength + ":").getBytes(UTF_8));
            digest.update(in.bytes(), nameStart, nameLength);
            digest.update((repetitionWord() + " " + physicalType() + " " + type() + parameters()).getBytes(UTF_8));
        }
        digest.update((" " + children() + "\n").getBytes(UTF_8));
    }

    /**
     * The type in the words of {@link dev.littoral.workflows.spec.ColumnTypes}; the physical type where the logical
     * one is not known.
     */
    String type() {
        return switch (logical) {
            case 1 -> "string";
            case 2 -> "map";
            case 3 -> "list";
            case 4 -> "enum";
            case 5 -> decimal(parameter[2], parameter[1]);
            case 6 -> "date";
            case 7 -> "time";
            case 8 -> "timestamp";
            case 10 -> integerType();
            case 12 -> "json";
            case 13 -> "bson";
            case 14 -> "uuid";
            case 15 -> "float16";
            case 16 -> "variant";
            case 17 -> "geometry";
            case 18 -> "geography";
            default -> convertedType();
        };
    }

    /** What {@link #type} leaves out. */
    private String parameters() {
        return switch (logical) {
            case 1, 2, 3, 4, 5, 6, 10, 12, 13, 14, 15 -> "";
            case 7, 8 -> time(parameter[2], parameter[1] == 1);
            case 16 -> "(" + parameter[1] + ")";
            case 17, 18 -> "(" + text.length() + ":" + text + "," + parameter[2] + ")";
            case ABSENT ->
                switch (converted) {
                    case 7, 9 -> time(1, true);
                    case 8, 10 -> time(2, true);
                    default -> "";
                };
            default -> " unknown(" + logical + ")";
        };
    }

    private String convertedType() {
        return switch (converted) {
            case 0 -> "string";
            case 1 -> "map";
            // On the repeated group inside a map it only marks the pair; on another group old writers meant the map.
            case 2 -> isRepeated() ? "struct" : "map";
            case 3 -> "list";
            case 4 -> "enum";
            case 5 -> decimal(precision, scale);
            case 6 -> "date";
            case 7, 8 -> "time";
            case 9, 10 -> "timestamp";
            case 11 -> "uint8";
            case 12 -> "uint16";
            case 13 -> "uint32";
            case 14 -> "uint64";
            case 15 -> "int8";
            case 16 -> "int16";
            case 17 -> "int32";
            case 18 -> "int64";
            case 19 -> "json";
            case 20 -> "bson";
            case 21 -> "interval";
            default -> physicalType();
        };
    }

    private String physicalType() {
        return switch (physical) {
            case 0 -> "boolean";
            case 1 -> "int32";
            case 2 -> "int64";
            case 3 -> "int96";
            case 4 -> "float";
            case 5 -> "double";
            case 6 -> "binary";
            case 7 -> "fixed(" + length + ")";
            default -> "struct";
        };
    }

    private String integerType() {
        int bits = parameter[1];
        return switch (bits) {
            case 8, 16, 32, 64 -> (parameter[2] == 1 ? "int" : "uint") + bits;
            default -> physicalType();
        };
    }

    private String repetitionWord() {
        return switch (repetition) {
            case ABSENT, REQUIRED -> "required";
            case OPTIONAL -> "optional";
            case REPEATED -> "repeated";
            default -> "repetition(" + repetition + ")";
        };
    }

    private static String decimal(int precision, int scale) {
        return "decimal(" + precision + "," + scale + ")";
    }

    private static String time(int unit, boolean utc) {
        return "(" + unit + (utc ? ",utc)" : ",local)");
    }

    /** Reads the union of logical types: one field, a struct whose own fields are the parameters. */
    private void readLogicalType() {
        logical = ABSENT;
        for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
            if (in.type() == CompactReader.STRUCT) {
                logical = id;
                readParameters();
            } else {
                in.skip();
            }
        }
    }

    private void readParameters() {
        Arrays.fill(parameter, 0);
        text = "";
        for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
            int at = id == 1 || id == 2 ? id : 0;
            switch (in.type()) {
                case CompactReader.TRUE -> parameter[at] = 1;
                case CompactReader.I8 -> parameter[at] = in.i8();
                case CompactReader.I32 -> parameter[at] = in.i32();
                case CompactReader.STRUCT -> parameter[at] = unionField();
                case CompactReader.BINARY -> {
                    int size = in.length();
                    text = new String(in.bytes(), in.position(), size, UTF_8);
                    in.advance(size);
                }
                default -> in.skip();
            }
        }
    }

    private int unionField() {
        int set = 0;
        for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
            set = id;
            in.skip();
        }
        return set;
    }
}
