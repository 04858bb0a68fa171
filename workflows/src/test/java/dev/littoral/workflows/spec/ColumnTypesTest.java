package dev.littoral.workflows.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColumnTypesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "boolean",
                "int8",
                "int16",
                "int32",
                "int64",
                "uint8",
                "uint16",
                "uint32",
                "uint64",
                "float16",
                "float",
                "double",
                "int96",
                "string",
                "binary",
                "enum",
                "json",
                "bson",
                "uuid",
                "date",
                "time",
                "timestamp",
                "interval",
                "variant",
                "geometry",
                "geography",
                "list",
                "map",
                "struct"
            })
    void everyWordThatIsExpectedIsRight(String type) {
        assertThat(ColumnTypes.problem(type)).isEmpty();
        assertThat(ColumnTypes.EXPECTED).containsPattern("\\b" + type + "\\b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"decimal(1,0)", "decimal(9,9)", "decimal(1000,999)", "fixed(1)", "fixed(999999999)"})
    void parametersInTheirRangesAreRight(String type) {
        assertThat(ColumnTypes.problem(type)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "int",
                "Int32",
                "int32 ",
                "uint96",
                "fixed",
                "fixed()",
                "fixed(0)",
                "fixed(-1)",
                "fixed(9999999999)",
                "decimal",
                "decimal(9)",
                "decimal(0,0)",
                "decimal(2,3)",
                "decimal(9, 2)",
                "decimal(09,2)",
                "decimal(99999999999,1)",
                "timestamp(us)",
                "unknown(3)",
                "string\n",
                "list<string>"
            })
    void anythingElseIsAProblemThatSaysWhatIsExpected(String type) {
        assertThat(ColumnTypes.problem(type))
                .hasValueSatisfying(text -> assertThat(text)
                        .startsWith("found " + type + ", expected one of boolean, int8")
                        .endsWith("list, map or struct"));
    }
}
