package dev.littoral.activities.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.OnTable;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathFilterTest {
    private static final PathFilter ALL = new PathFilter(List.of(), List.of(), OnTable.REFUSE);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "_SUCCESS",
                "_temporary/0/a",
                "a/_x/b",
                "a/b/.c",
                ".a/b",
                ".",
                "a/._b",
                ".x=1/a",
                "_",
                "a//_b",
                "_delta_log/0.json",
                "a=_/_b",
                "/_a",
                "//.b",
            })
    void aPartThatStartsWithADotOrAnUnderscoreHides(String path) {
        assertThat(ALL.skip(path)).contains(SkipReason.HIDDEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a_b/c.d", "_day=1/a", "a/_x=/b", "a=_b/c", "__HIVE=x/a", "a//b", "/a"})
    void aPartitionColumnMayStartWithAnUnderscore(String path) {
        assertThat(ALL.skip(path)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.parquet._COPYING_",
                "day=1/a.parquet._COPYING_",
                "a.parquet.tmp",
                "a.tmp/b.parquet",
                "day=1/a.tmp/b=2/c",
                "x=a.tmp",
                "x=1/y=a.parquet.tmp",
            })
    void aNameThatAWriterHasNotGivenItsEndHides(String path) {
        assertThat(ALL.skip(path)).contains(SkipReason.UNFINISHED);
        assertThat(new PathFilter(List.of("**.tmp", "**._COPYING_"), List.of("**"), OnTable.REFUSE).skip(path))
                .contains(SkipReason.UNFINISHED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file=a.tmp/b.parquet",
                "=a.tmp/b.parquet",
                "a.tmp.parquet",
                "tmp",
                "a/tmp",
                "atmp",
                "a_COPYING_",
                "a.TMP"
            })
    void aNameThatIsFinishedHidesNothing(String path) {
        assertThat(ALL.skip(path)).isEmpty();
    }

    @Test
    void aPathThatTellsOfATableIsRefusedUnlessTheSpecIgnoresIt() {
        assertThatThrownBy(() -> ALL.refuseTable("s3://lake/in/", "_delta_log/00000000000000000000.json"))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageStartingWith("The source s3://lake/in/ is a Delta table, as"
                        + " _delta_log/00000000000000000000.json in it says; expected a folder")
                .hasMessageContaining("\"table\":\"ignore\"");
        ALL.refuseTable("s3://lake/in/", "a/_delta_log/00000000000000000000.json");
        PathFilter.of(new FolderSpec(
                        "parquet", List.of(), List.of(), List.of(), OnBadFile.FAIL, null, OnTable.IGNORE, false, false))
                .refuseTable("s3://lake/in/", "_delta_log/00000000000000000000.json");
    }

    @Test
    void hiddenComesBeforeUnfinished() {
        assertThat(ALL.skip("a.tmp/_b")).contains(SkipReason.HIDDEN);
        assertThat(ALL.skip("_b/a.tmp")).contains(SkipReason.HIDDEN);
    }

    @Test
    void aPathMustMatchOneIncludeAndNoExclude() {
        PathFilter filter =
                new PathFilter(List.of("*.parquet", "raw/**"), List.of("**/old/**", "tmp-*"), OnTable.REFUSE);
        assertThat(filter.skip("a/b.parquet")).isEmpty();
        assertThat(filter.skip("raw/b.csv")).isEmpty();
        assertThat(filter.skip("b.csv")).contains(SkipReason.NOT_INCLUDED);
        assertThat(filter.skip("raw/old/b.csv")).contains(SkipReason.EXCLUDED);
        assertThat(filter.skip("raw/x/tmp-1")).contains(SkipReason.EXCLUDED);
    }

    @Test
    void hiddenComesFirstWhateverTheGlobsSay() {
        PathFilter filter = new PathFilter(List.of("_SUCCESS"), List.of("_*"), OnTable.REFUSE);
        assertThat(filter.skip("_SUCCESS")).contains(SkipReason.HIDDEN);
    }

    @Test
    void aBadGlobIsAnInputFailureThatNamesIt() {
        assertThatThrownBy(() -> new PathFilter(List.of("*"), List.of("[a"), OnTable.REFUSE))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageContaining("[a");
    }
}
