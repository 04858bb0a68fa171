package dev.littoral.activities.source.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.testing.Openers;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The storage of tables, by the paths that they name. */
class TableStorageTest {
    private final List<String> checked = new ArrayList<>();
    private final TableStorage storage = new TableStorage(
            "iceberg:prod/sales.orders",
            Openers.of(
                    address -> {
                        checked.add(address);
                        if (!address.startsWith("s3://lake/") && !address.startsWith("file:///lake/")) {
                            throw LittoralException.input(address + " is not allowed");
                        }
                    },
                    address -> (BlobStore) Proxy.newProxyInstance(
                            BlobStore.class.getClassLoader(),
                            new Class<?>[] {BlobStore.class},
                            (proxy, method, arguments) -> method.getName().equals("location") ? address : null)));

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

    @ParameterizedTest
    @CsvSource({
        "data/../../x, has .. in it",
        "s3://lake/t/../x, has .. in it",
        ".., has .. in it",
        "/etc/passwd, 'is a path of a file system, and the table is in S3'",
        "http://host/x, is of no store that is known",
        "s3:///x, is of no store that is known"
    })
    void pathsThatLeadElsewhereAreRefused(String path, String why) {
        TableStorage table = new ListedStore().table(Openers.NONE);
        assertThatThrownBy(() -> table.normalized(path))
                .isInstanceOf(LittoralException.class)
                .hasMessageStartingWith("The table s3://lake/t names the path " + path + ", which ")
                .hasMessageContaining(why);
    }

    @Test
    void aPathWithAZeroCharacterIsRefusedAndShowsIt() {
        TableStorage table = new ListedStore().table(Openers.NONE);
        for (String path : List.of("data/a\0b", "\0a", "s3://lake/t/a\0b")) {
            assertThatThrownBy(() -> table.normalized(path))
                    .hasMessage("The table s3://lake/t names the path " + path.replace("\0", "\\0")
                            + ", which has a zero character in it; expected a path without");
        }
    }

    @Test
    void aPathThatNoStoreHasIsRefusedByItsBeginning() {
        TableStorage table = new ListedStore().table(Openers.NONE);
        assertThat(table.normalized("a".repeat(8192))).endsWith("a".repeat(8192));
        assertThatThrownBy(() -> table.normalized("a".repeat(8193)))
                .isInstanceOf(LittoralException.class)
                .hasMessage("The table s3://lake/t names the path " + "a".repeat(100) + "…, which has 8193 characters;"
                        + " expected at most 8192, as of any store");
    }

    @Test
    void aNeighbourWhoseNameBeginsAlikeIsElsewhere() {
        TableStorage table = new ListedStore().table(Openers.NONE);
        assertThat(table.address("s3://lake/t/x")).isEqualTo("s3://lake/t/x");
        assertThatThrownBy(() -> table.address("s3://lake/t2/x")).hasMessageContaining("names s3://lake/t2/x");
        assertThatThrownBy(() -> table.size("s3://lake/t2/x")).hasMessageContaining("names s3://lake/t2/x");
    }

    @Test
    void aListingHasFilesAloneUpToItsLimitAndIsFinished() throws InterruptedException {
        ListedStore store = new ListedStore()
                .page(List.of(ListedStore.file("a"), BlobStore.Entry.of("t/b/", BlobStore.Kind.FOLDER)))
                .page(List.of(ListedStore.file("c"), ListedStore.file("d")));
        TableStorage table = store.table(Openers.NONE);
        assertThat(table.list("s3://lake/t/", null, 2))
                .extracting(TableStorage.Listed::address)
                .containsExactly("s3://lake/t/a", "s3://lake/t/c");
        assertThat(store.finished()).isEqualTo(1);
        assertThat(table.size("s3://lake/t/a")).contains(10L);
        assertThat(table.size("s3://lake/t/b/")).isEmpty();
    }

    @Test
    void aFolderThatCannotBeListedFailsTheListing() {
        LittoralException failure = LittoralException.input("no permission");
        TableStorage table = new ListedStore()
                .page(List.of(ListedStore.file("a"), BlobStore.Entry.unreadable("t/b/", failure)))
                .table(Openers.NONE);
        assertThatThrownBy(() -> table.list("s3://lake/t/", null, 10)).isSameAs(failure);
    }

    @Test
    void whatLiesElsewhereIsOpenedOnceABucketAndClosedWithTheTable() throws InterruptedException {
        List<String> openedAt = new ArrayList<>();
        ListedStore own = new ListedStore().page(List.of(ListedStore.file("a")));
        ListedStore other = new ListedStore();
        TableStorage table = own.table(Openers.of(address -> {}, address -> {
            openedAt.add(address);
            return other.store();
        }));
        assertThat(table.size("s3://lake/t/a")).contains(10L);
        assertThat(table.size("s3://lake/elsewhere/x/y")).isEmpty();
        assertThat(table.size("s3://lake/elsewhere/z")).isEmpty();
        assertThat(openedAt).containsExactly("s3://lake/");
        table.close();
        assertThat(List.of(own.closed(), other.closed())).containsExactly(1, 1);
    }

    @Test
    void pathsOfAFileSystemAreThoseOfTheirFolders() throws InterruptedException {
        List<String> openedAt = new ArrayList<>();
        TableStorage table = new TableStorage("iceberg:prod/t", Openers.of(address -> {}, address -> {
            openedAt.add(address);
            return (BlobStore) Proxy.newProxyInstance(
                    BlobStore.class.getClassLoader(),
                    new Class<?>[] {BlobStore.class},
                    (proxy, method, given) -> method.getName().equals("find") ? Optional.empty() : given[0]);
        }));
        assertThat(table.size("/lake/t/a")).isEmpty();
        assertThat(openedAt).containsExactly("file:///lake/t/");
        assertThat(table.normalized("///lake/t/a")).isEqualTo("/lake/t/a");
        assertThat(table.normalized("file:///lake/t/a")).isEqualTo("/lake/t/a");
        assertThat(table.normalized("file:////lake/t/a")).isEqualTo("/lake/t/a");
        assertThat(table.normalized("file:/lake/t/a")).isEqualTo("/lake/t/a");
        for (String path : List.of("file://host/lake/t/a", "file:lake/a", "s3:lake/a", "s3:///a", "hdfs://n/a")) {
            assertThatThrownBy(() -> table.normalized(path))
                    .hasMessageContaining("is of no store that is known; expected s3:// or file:///");
        }
        assertThat(new ListedStore().table(Openers.NONE).normalized("day=12:30/a"))
                .isEqualTo("s3://lake/t/day=12:30/a");
        assertThat(new ListedStore().table(Openers.NONE).normalized("a..b")).isEqualTo("s3://lake/t/a..b");
    }
}
