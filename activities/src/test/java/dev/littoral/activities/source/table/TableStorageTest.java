package dev.littoral.activities.source.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.StoreOpener;
import dev.littoral.activities.storage.BlobStore;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The storage of a table whose catalog says where it lies. */
class TableStorageTest {
    private final List<String> checked = new ArrayList<>();
    private final TableStorage storage = new TableStorage("iceberg:prod/sales.orders", new StoreOpener() {
        @Override
        public void check(String address) {
            checked.add(address);
            if (!address.startsWith("s3://lake/") && !address.startsWith("file:///lake/")) {
                throw LittoralException.input(address + " is not allowed");
            }
        }

        @Override
        public BlobStore open(String address) {
            return (BlobStore) Proxy.newProxyInstance(
                    BlobStore.class.getClassLoader(),
                    new Class<?>[] {BlobStore.class},
                    (proxy, method, arguments) -> method.getName().equals("location") ? address : null);
        }
    });

    @Test
    void eachAddressIsCheckedUntilThePlaceOfTheTableIsKnown() {
        assertThat(storage.address("s3a://lake/t/metadata/1.metadata.json"))
                .isEqualTo("s3://lake/t/metadata/1.metadata.json");
        assertThat(storage.address("file:/lake/a")).isEqualTo("/lake/a");
        assertThat(checked).containsExactly("s3://lake/t/metadata/1.metadata.json", "file:///lake/a");
        assertThatThrownBy(() -> storage.address("data/a.parquet"))
                .hasMessage("The table iceberg:prod/sales.orders names the path data/a.parquet, which is relative;"
                        + " expected a whole address, as a catalog has it");
        checked.clear();

        storage.locate("s3n://lake/t");
        assertThat(storage.address("s3://lake/t/data/a.parquet")).isEqualTo("s3://lake/t/data/a.parquet");
        assertThat(storage.relative("s3://lake/t/data/a.parquet")).isEqualTo("data/a.parquet");
        storage.locate("s3://lake/t/");
        assertThat(checked).containsExactly("s3://lake/t/");
        assertThatThrownBy(() -> storage.address("s3://elsewhere/a")).hasMessage("s3://elsewhere/a is not allowed");
        assertThatThrownBy(() -> storage.locate("s3://elsewhere/")).hasMessage("s3://elsewhere/ is not allowed");
        storage.close();
    }

    @Test
    void aTableMayHaveABucketOfItsOwn() {
        storage.locate("s3://lake");
        assertThat(storage.address("s3://lake/data/a.parquet")).isEqualTo("s3://lake/data/a.parquet");
        assertThat(checked).containsExactly("s3://lake/");
        storage.close();
    }
}
