package dev.littoral.activities.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which paths in a folder tell that it is a table. */
class TableMarkerTest {
    @ParameterizedTest
    @CsvSource({
        "_delta_log/, a Delta table",
        "_delta_log/_last_checkpoint, a Delta table",
        ".hoodie/, a Hudi table",
        ".hoodie/hoodie.properties, a Hudi table",
        ".hoodie_partition_metadata, a partition of a Hudi table",
        ".hoodie_partition_metadata.parquet, a partition of a Hudi table",
        "_spark_metadata/0, the sink of a Spark stream",
        "metadata/v1.metadata.json, an Iceberg table",
        "metadata/v1.gz.metadata.json, an Iceberg table",
        "metadata/v1.metadata.json.gz, an Iceberg table",
        "_versions/18446744073709551614.manifest, a Lance dataset",
        "_versions/1.manifest, a Lance dataset",
    })
    void aTableIsToldByItsLog(String path, String words) {
        assertThat(TableMarker.of(path)).map(TableMarker::words).contains(words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.parquet",
                "_delta_log",
                "_delta_log2/0.json",
                "a/_delta_log/0.json",
                ".hoodie",
                "day=1/.hoodie/hoodie.properties",
                "day=1/.hoodie_partition_metadata",
                ".hoodie_partition_metadata/a",
                "_spark_metadata",
                "metadata/a.parquet",
                "metadata/x/v1.metadata.json",
                "v1.metadata.json",
                "a/metadata/v1.metadata.json",
                "metadata/v1.metadata.json.tmp",
                "_versions/1",
                "_versions/x/1.manifest",
                "a/_versions/1.manifest",
            })
    void otherPathsTellNothing(String path) {
        assertThat(TableMarker.of(path)).isEmpty();
    }
}
