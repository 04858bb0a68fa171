package dev.littoral.activities.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.spec.ColumnTypes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.parquet.format.BsonType;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.DateType;
import org.apache.parquet.format.DecimalType;
import org.apache.parquet.format.EdgeInterpolationAlgorithm;
import org.apache.parquet.format.EnumType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.Float16Type;
import org.apache.parquet.format.GeographyType;
import org.apache.parquet.format.GeometryType;
import org.apache.parquet.format.IntType;
import org.apache.parquet.format.JsonType;
import org.apache.parquet.format.ListType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.MapType;
import org.apache.parquet.format.MicroSeconds;
import org.apache.parquet.format.MilliSeconds;
import org.apache.parquet.format.NanoSeconds;
import org.apache.parquet.format.NullType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.format.TimeType;
import org.apache.parquet.format.TimeUnit;
import org.apache.parquet.format.TimestampType;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.UUIDType;
import org.apache.parquet.format.VariantType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SchemaTest {
    private static final TimeUnit MILLIS = TimeUnit.MILLIS(new MilliSeconds());
    private static final TimeUnit MICROS = TimeUnit.MICROS(new MicroSeconds());
    private static final TimeUnit NANOS = TimeUnit.NANOS(new NanoSeconds());

    static Stream<Arguments> types() {
        return Stream.of(
                Arguments.of("boolean", physical(Type.BOOLEAN)),
                Arguments.of("int32", physical(Type.INT32)),
                Arguments.of("int64", physical(Type.INT64)),
                Arguments.of("int96", physical(Type.INT96)),
                Arguments.of("float", physical(Type.FLOAT)),
                Arguments.of("double", physical(Type.DOUBLE)),
                Arguments.of("binary", physical(Type.BYTE_ARRAY)),
                Arguments.of("fixed(7)", fixed(7)),
                Arguments.of("string", converted(Type.BYTE_ARRAY, ConvertedType.UTF8)),
                Arguments.of("enum", converted(Type.BYTE_ARRAY, ConvertedType.ENUM)),
                Arguments.of("json", converted(Type.BYTE_ARRAY, ConvertedType.JSON)),
                Arguments.of("bson", converted(Type.BYTE_ARRAY, ConvertedType.BSON)),
                Arguments.of("date", converted(Type.INT32, ConvertedType.DATE)),
                Arguments.of("time", converted(Type.INT32, ConvertedType.TIME_MILLIS)),
                Arguments.of("time", converted(Type.INT64, ConvertedType.TIME_MICROS)),
                Arguments.of("timestamp", converted(Type.INT64, ConvertedType.TIMESTAMP_MILLIS)),
                Arguments.of("timestamp", converted(Type.INT64, ConvertedType.TIMESTAMP_MICROS)),
                Arguments.of("uint8", converted(Type.INT32, ConvertedType.UINT_8)),
                Arguments.of("uint16", converted(Type.INT32, ConvertedType.UINT_16)),
                Arguments.of("uint32", converted(Type.INT32, ConvertedType.UINT_32)),
                Arguments.of("uint64", converted(Type.INT64, ConvertedType.UINT_64)),
                Arguments.of("int8", converted(Type.INT32, ConvertedType.INT_8)),
                Arguments.of("int16", converted(Type.INT32, ConvertedType.INT_16)),
                Arguments.of("int32", converted(Type.INT32, ConvertedType.INT_32)),
                Arguments.of("int64", converted(Type.INT64, ConvertedType.INT_64)),
                Arguments.of("interval", fixed(12).setConverted_type(ConvertedType.INTERVAL)),
                Arguments.of(
                        "decimal(9,2)",
                        converted(Type.INT32, ConvertedType.DECIMAL)
                                .setPrecision(9)
                                .setScale(2)),
                Arguments.of(
                        "decimal(9,0)",
                        converted(Type.INT32, ConvertedType.DECIMAL).setPrecision(9)),
                Arguments.of("string", logical(Type.BYTE_ARRAY, LogicalType.STRING(new StringType()))),
                Arguments.of("enum", logical(Type.BYTE_ARRAY, LogicalType.ENUM(new EnumType()))),
                Arguments.of("json", logical(Type.BYTE_ARRAY, LogicalType.JSON(new JsonType()))),
                Arguments.of("bson", logical(Type.BYTE_ARRAY, LogicalType.BSON(new BsonType()))),
                Arguments.of("date", logical(Type.INT32, LogicalType.DATE(new DateType()))),
                Arguments.of("time", logical(Type.INT64, LogicalType.TIME(new TimeType(false, NANOS)))),
                Arguments.of("timestamp", logical(Type.INT64, LogicalType.TIMESTAMP(new TimestampType(true, MILLIS)))),
                Arguments.of("uint8", integer(Type.INT32, 8, false)),
                Arguments.of("int16", integer(Type.INT32, 16, true)),
                Arguments.of("uint64", integer(Type.INT64, 64, false)),
                Arguments.of("int32", integer(Type.INT32, 24, false)),
                Arguments.of("decimal(38,10)", fixed(16).setLogicalType(LogicalType.DECIMAL(new DecimalType(10, 38)))),
                Arguments.of("uuid", fixed(16).setLogicalType(LogicalType.UUID(new UUIDType()))),
                Arguments.of("float16", fixed(2).setLogicalType(LogicalType.FLOAT16(new Float16Type()))),
                Arguments.of("geometry", logical(Type.BYTE_ARRAY, LogicalType.GEOMETRY(new GeometryType()))),
                Arguments.of(
                        "geography",
                        logical(
                                Type.BYTE_ARRAY,
                                LogicalType.GEOGRAPHY(new GeographyType()
                                        .setCrs("a")
                                        .setAlgorithm(EdgeInterpolationAlgorithm.KARNEY)))),
                Arguments.of("int32", logical(Type.INT32, LogicalType.UNKNOWN(new NullType()))),
                Arguments.of(
                        "date",
                        converted(Type.INT32, ConvertedType.INT_32).setLogicalType(LogicalType.DATE(new DateType()))),
                Arguments.of("struct", group()),
                Arguments.of("list", group().setConverted_type(ConvertedType.LIST)),
                Arguments.of("map", group().setConverted_type(ConvertedType.MAP)),
                Arguments.of("map", group().setConverted_type(ConvertedType.MAP_KEY_VALUE)),
                Arguments.of(
                        "struct",
                        group().setConverted_type(ConvertedType.MAP_KEY_VALUE)
                                .setRepetition_type(FieldRepetitionType.REPEATED)),
                Arguments.of("list", group().setLogicalType(LogicalType.LIST(new ListType()))),
                Arguments.of("map", group().setLogicalType(LogicalType.MAP(new MapType()))),
                Arguments.of("variant", group().setLogicalType(LogicalType.VARIANT(new VariantType()))));
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyTypeHasItsWord(String word, SchemaElement element) {
        Schema schema = schema(element);
        assertThat(schema.typeOf("c")).contains(word);
        assertThat(ColumnTypes.problem(word)).isEmpty();
    }

    @Test
    void anUnknownLogicalTypeReadsAsThePhysicalOneButTellsSchemasApart() {
        Schema known = schema(physical(Type.INT64));
        Schema future = unknownLogicalType(99);
        assertThat(future.typeOf("c")).contains("int64");
        assertThat(future.fingerprint())
                .isNotEqualTo(known.fingerprint())
                .isNotEqualTo(unknownLogicalType(98).fingerprint())
                .isEqualTo(unknownLogicalType(99).fingerprint());
    }

    @Test
    void theFingerprintIsSixteenHexCharacters() {
        assertThat(schema(physical(Type.INT64)).fingerprint()).matches("[0-9a-f]{16}");
    }

    @Test
    void theFingerprintStaysWhatItIs() {
        assertThat(schema(physical(Type.INT64)).fingerprint()).isEqualTo("a07e189cfadb3741");
    }

    @Test
    void whatMeansTheSameHasOneFingerprint() {
        String string = schema(converted(Type.BYTE_ARRAY, ConvertedType.UTF8)).fingerprint();
        assertThat(schema(logical(Type.BYTE_ARRAY, LogicalType.STRING(new StringType())))
                        .fingerprint())
                .isEqualTo(string);
        assertThat(schema(converted(Type.BYTE_ARRAY, ConvertedType.UTF8).setField_id(7))
                        .fingerprint())
                .isEqualTo(string);
        assertThat(schema(logical(Type.INT64, LogicalType.TIMESTAMP(new TimestampType(true, MICROS))))
                        .fingerprint())
                .isEqualTo(schema(converted(Type.INT64, ConvertedType.TIMESTAMP_MICROS))
                        .fingerprint());
        assertThat(schema(logical(Type.INT32, LogicalType.TIME(new TimeType(true, MILLIS))))
                        .fingerprint())
                .isEqualTo(
                        schema(converted(Type.INT32, ConvertedType.TIME_MILLIS)).fingerprint());
        assertThat(schema(integer(Type.INT32, 32, true)).fingerprint())
                .isEqualTo(schema(physical(Type.INT32)).fingerprint());
        List<SchemaElement> named = Footers.schema(1, physical(Type.INT32));
        named.get(0).setName("spark_schema").setRepetition_type(FieldRepetitionType.REQUIRED);
        assertThat(Footers.decode(Footers.metadata(named)).schema().fingerprint())
                .isEqualTo(schema(physical(Type.INT32)).fingerprint());
    }

    @Test
    void whatDiffersHasAnotherFingerprint() {
        List<Schema> schemas = new ArrayList<>();
        for (boolean utc : new boolean[] {true, false}) {
            for (TimeUnit unit : List.of(MILLIS, MICROS, NANOS)) {
                schemas.add(schema(logical(Type.INT64, LogicalType.TIME(new TimeType(utc, unit)))));
                schemas.add(schema(logical(Type.INT64, LogicalType.TIMESTAMP(new TimestampType(utc, unit)))));
            }
        }
        for (FieldRepetitionType repetition : FieldRepetitionType.values()) {
            schemas.add(schema(physical(Type.INT32).setRepetition_type(repetition)));
        }
        for (String crs : new String[] {"", "a", "a,0", "OGC:CRS84"}) {
            schemas.add(schema(logical(Type.BYTE_ARRAY, LogicalType.GEOMETRY(new GeometryType().setCrs(crs)))));
            schemas.add(schema(logical(Type.BYTE_ARRAY, LogicalType.GEOGRAPHY(new GeographyType().setCrs(crs)))));
            schemas.add(schema(logical(
                    Type.BYTE_ARRAY,
                    LogicalType.GEOGRAPHY(
                            new GeographyType().setCrs(crs).setAlgorithm(EdgeInterpolationAlgorithm.KARNEY)))));
        }
        schemas.add(schema(fixed(5)));
        schemas.add(schema(fixed(6)));
        schemas.add(schema(physical(Type.BYTE_ARRAY)));
        schemas.add(schema(logical(Type.INT32, LogicalType.UNKNOWN(new NullType()))));
        schemas.add(schema(logical(Type.INT32, LogicalType.DECIMAL(new DecimalType(2, 9)))));
        schemas.add(schema(logical(Type.INT64, LogicalType.DECIMAL(new DecimalType(2, 9)))));
        schemas.add(schema(logical(Type.INT32, LogicalType.DECIMAL(new DecimalType(3, 9)))));
        schemas.add(schema(group()));
        schemas.add(schema(group().setLogicalType(LogicalType.VARIANT(new VariantType()))));
        schemas.add(schema(
                group().setLogicalType(LogicalType.VARIANT(new VariantType().setSpecification_version((byte) 1)))));
        schemas.add(schema(Footers.leaf("d", Type.INT32)));
        schemas.add(schema(Footers.leaf("c:optional int32 int32 0\n1:d", Type.INT32)));
        schemas.add(schema(Footers.leaf("c", Type.INT32), Footers.leaf("d", Type.INT32)));
        schemas.add(schema(Footers.leaf("d", Type.INT32), Footers.leaf("c", Type.INT32)));
        schemas.add(nested(2, 0));
        schemas.add(nested(1, 1));
        assertThat(schemas.stream().map(Schema::fingerprint)).doesNotHaveDuplicates();
    }

    @Test
    void pathsFindColumnsAndGroupsOfThatVeryPath() {
        List<SchemaElement> elements = Footers.schema(
                4,
                Footers.group("a", 2),
                Footers.leaf("b", Type.INT32),
                Footers.leaf("c.d", Type.INT64),
                Footers.leaf("a.b", Type.FLOAT),
                Footers.group("a.c", 1),
                Footers.leaf("e", Type.DOUBLE),
                Footers.leaf("", Type.BOOLEAN));
        Schema schema = Footers.decode(Footers.metadata(elements)).schema();
        assertThat(schema.typeOf("a")).contains("struct");
        assertThat(schema.typeOf("a.b")).contains("int32");
        assertThat(schema.typeOf("a.c.d")).contains("int64");
        assertThat(schema.typeOf("a.c.e")).contains("double");
        assertThat(schema.typeOf("")).contains("boolean");
        assertThat(Stream.of("root", "b", "a.", ".b", "a..b", "a.b.", "a.c.", "A", "a.c.d.e", ".", "a.b.c.d.e.f")
                        .filter(path -> schema.typeOf(path).isPresent()))
                .isEmpty();
    }

    @Test
    void everyNodeOfAnySchemaIsFoundByItsPath() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<SchemaElement> elements = new ArrayList<>();
            Map<String, String> types = new LinkedHashMap<>();
            List<Boolean> flat = new ArrayList<>();
            grow(random, elements, types, flat, "", 0, true);
            Schema schema = Footers.decode(Footers.metadata(elements)).schema();
            types.forEach(
                    (path, type) -> assertThat(schema.typeOf(path)).as(path).contains(type));
            assertThat(schema.leaves()).as("seed " + seed).isEqualTo(flat.size());
            for (int i = 0; i < flat.size(); i++) {
                assertThat(schema.isFlat(i)).as("seed " + seed + ", leaf " + i).isEqualTo(flat.get(i));
            }
        }
    }

    private static void grow(
            Random random,
            List<SchemaElement> elements,
            Map<String, String> types,
            List<Boolean> flat,
            String prefix,
            int depth,
            boolean isFlat) {
        int children = random.nextInt(depth == 0 ? 10 : 4);
        SchemaElement parent = depth == 0 ? new SchemaElement("root") : elements.get(elements.size() - 1);
        parent.setNum_children(children);
        if (depth == 0) {
            elements.add(parent);
        }
        for (int i = 0; i < children; i++) {
            String path = prefix + "ä" + i;
            FieldRepetitionType repetition = FieldRepetitionType.findByValue(random.nextInt(3));
            boolean childFlat = isFlat && repetition != FieldRepetitionType.REPEATED;
            SchemaElement child = new SchemaElement("ä" + i).setRepetition_type(repetition);
            elements.add(child);
            if (depth < 5 && random.nextInt(3) == 0) {
                types.put(path, "struct");
                grow(random, elements, types, flat, path + ".", depth + 1, childFlat);
            } else {
                child.setType(random.nextBoolean() ? Type.INT32 : Type.INT64);
                types.put(path, child.getType() == Type.INT32 ? "int32" : "int64");
                flat.add(childFlat);
            }
        }
    }

    private static Schema schema(SchemaElement... elements) {
        return Footers.decode(Footers.metadata(Footers.schema(elements.length, elements)))
                .schema();
    }

    /** Two columns, this number of them in a group. */
    private static Schema nested(int inGroup, int behind) {
        return Footers.decode(Footers.metadata(Footers.schema(
                        1 + behind,
                        Footers.group("g", inGroup),
                        Footers.leaf("c", Type.INT32),
                        Footers.leaf("d", Type.INT32))))
                .schema();
    }

    /** The library writes no logical type it does not know, so one is put into the bytes of another. */
    private static Schema unknownLogicalType(int id) {
        byte[] footer = Footers.bytes(
                Footers.metadata(Footers.schema(1, logical(Type.INT64, LogicalType.JSON(new JsonType())))));
        for (int i = 0; i < footer.length - 3; i++) {
            // A struct of id 12 in short form, holding nothing, which ends the union.
            if (footer[i] == (byte) 0xcc && footer[i + 1] == 0 && footer[i + 2] == 0) {
                byte[] changed = new byte[footer.length + 2];
                System.arraycopy(footer, 0, changed, 0, i);
                changed[i] = 0x0c;
                changed[i + 1] = (byte) (((id << 1) & 0x7f) | 0x80);
                changed[i + 2] = (byte) (id >> 6);
                System.arraycopy(footer, i + 1, changed, i + 3, footer.length - i - 1);
                return Footers.decode(changed).schema();
            }
        }
        throw new AssertionError("no logical type found");
    }

    private static SchemaElement physical(Type type) {
        return Footers.leaf("c", type);
    }

    private static SchemaElement fixed(int length) {
        return physical(Type.FIXED_LEN_BYTE_ARRAY).setType_length(length);
    }

    private static SchemaElement converted(Type type, ConvertedType converted) {
        return physical(type).setConverted_type(converted);
    }

    private static SchemaElement logical(Type type, LogicalType logical) {
        return physical(type).setLogicalType(logical);
    }

    private static SchemaElement integer(Type type, int bits, boolean signed) {
        return logical(type, LogicalType.INTEGER(new IntType((byte) bits, signed)));
    }

    private static SchemaElement group() {
        return Footers.group("c", 0);
    }
}
