package dev.littoral.activities.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
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
        "base_0000003/000000_0, a transactional Hive table",
        "base_0000003_v0000017/000000_0, a transactional Hive table",
        "delta_0000001_0000001/000000_0, a transactional Hive table",
        "delta_0000001_0000001_0000/, a transactional Hive table",
        "delta_0000001_0000005_v0000017/000000_0, a transactional Hive table",
        "delete_delta_0000001_0000001_0000/bucket_00000, a transactional Hive table",
        "day=1/hour=2/delta_0000001_0000001_0000/000000_0, a transactional Hive table",
        "snapshot/snapshot-1, a Paimon table",
        "ducklake-0197d0ab-1d65-7cb4-a2b3-8ac0d9ca6a77.parquet, a DuckLake table",
        "ducklake-0197d0ab-1d65-7cb4-a2b3-8ac0d9ca6a77-delete.parquet, a DuckLake table",
        "day=1/ducklake-0197d0ab-1d65-7cb4-a2b3-8ac0d9ca6a77-delete.puffin, a DuckLake table",
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
                "base_0000003",
                "base_3/a.parquet",
                "a/base_0000003/000000_0",
                "x_base_0000003/000000_0",
                "delta_0000001/000000_0",
                "delta_0000001_0000001_0000x/000000_0",
                "day=1/x/delta_0000001_0000001_0000/000000_0",
                "snapshot/snapshot-1/a.parquet",
                "snapshot/snapshot-",
                "snapshot/a.parquet",
                "snapshot-1",
                "ducklake-1.parquet",
                "a/ducklake-0197d0ab-1d65-7cb4-a2b3-8ac0d9ca6a77.parquet",
                "ducklake-0197d0ab-1d65-7cb4-a2b3-8ac0d9ca6a77.parquet/a",
            })
    void otherPathsTellNothing(String path) {
        assertThat(TableMarker.of(path)).isEmpty();
    }

    /** A link may be one to a file or to a folder, and to one that has a log in it. */
    @ParameterizedTest
    @CsvSource({
        "_delta_log, a Delta table",
        ".hoodie, a Hudi table",
        ".hoodie_partition_metadata, a partition of a Hudi table",
        "metadata, an Iceberg table",
        "metadata/v1.metadata.json, an Iceberg table",
        "_versions, a Lance dataset",
        "_versions/1.manifest, a Lance dataset",
        "base_0000003, a transactional Hive table",
        "snapshot/snapshot-1, a Paimon table",
        "ducklake-0197d0ab-1d65-7cb4-a2b3-8ac0d9ca6a77.parquet, a DuckLake table",
    })
    void aLinkTellsWhatMayLieWhereItLeads(String path, String words) {
        assertThat(TableMarker.ofLink(path)).map(TableMarker::words).contains(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.parquet", "current", "snapshot", "data", "a/metadata", "metadata/x", "metadatas"})
    void anotherLinkTellsNothing(String path) {
        assertThat(TableMarker.ofLink(path)).isEmpty();
    }

    @Test
    void whatToDoIsSaid() {
        assertThat(TableMarker.DELTA.advice()).isEqualTo("set \"format\":\"delta\" in the spec to serve it as a table");
        assertThat(TableMarker.HUDI.advice()).isEqualTo("write what it holds to a folder of its own");
    }
}
