package dev.littoral.activities.path;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreNameTest {

    @ParameterizedTest
    @CsvSource({
        "s3://lake/a.parquet, s3://lake",
        "s3://lake/day=1/part/a.parquet, s3://lake",
        "s3://lake//a.parquet, s3://lake",
        "/mnt/lake/a.parquet, /mnt/lake",
        "/mnt/lake/day=1/a.parquet, /mnt/lake",
        "/lake/a.parquet, /lake",
        "/a.parquet, ''",
        "a.parquet, ''"
    })
    void aFileIsInItsBucketOrBelowTwoFolders(String path, String store) {
        assertThat(StoreName.of(new SourceFile(path, "v1", 1))).isEqualTo(store);
    }
}
