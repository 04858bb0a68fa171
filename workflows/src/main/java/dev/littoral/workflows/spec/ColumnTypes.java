package dev.littoral.workflows.spec;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of column types, in specs and in messages about files. */
public final class ColumnTypes {
    /** The valid types, as a message lists them. */
    public static final String EXPECTED =
            "one of boolean, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float, double, int96,"
                    + " string, binary, fixed(n), enum, json, bson, uuid, date, time, timestamp, interval, "
                    + "decimal(p,s), variant, geometry,"
                    + " geography, list, map or struct";

    private static final Pattern WORD =
            Pattern.compile("boolean|u?int(8|16|32|64)|int96|float(16)?|double|string|binary|enum|json"
                    + "|bson|uuid|date|time|timestamp|interval|variant|geometry|geography|list|map|struct"
                    + "|fixed\\([1-9][0-9]{0,8}\\)");

    private static final Pattern DECIMAL = Pattern.compile("decimal\\(([1-9][0-9]{0,8}),(0|[1-9][0-9]{0,8})\\)");

    private ColumnTypes() {}

    /** What is wrong with a type, what was found and what is expected; empty for a valid one. */
    public static Optional<String> problem(String type) {
        Matcher decimal = DECIMAL.matcher(type);
        boolean right = decimal.matches()
                ? Integer.parseInt(decimal.group(2)) <= Integer.parseInt(decimal.group(1))
                : WORD.matcher(type).matches();
        return right ? Optional.empty() : Optional.of("found " + type + ", expected " + EXPECTED);
    }
}
