package dev.littoral.activities.tablecatalog.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import dev.littoral.workflows.spec.CatalogTable;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the connections to a database, by a driver that says so. */
@Timeout(600)
class JdbcConnectionsTest {
    private static final CatalogTable TABLE =
            CatalogTable.of("iceberg:prod/a.t").orElseThrow();

    @TempDir
    private Path folder;

    private final FakeDriver.Database database = new FakeDriver.Database();
    private JdbcTableCatalog catalog;

    @BeforeEach
    void open() throws Exception {
        String driver = FakeDriver.onPath(folder).toString();
        catalog = JdbcTableCatalog.open(
                new TableCatalogSettings("prod", database.url, Map.of("jdbc.driver-path", driver)),
                Duration.ofMinutes(8));
    }

    private String ask() throws InterruptedException {
        return catalog.metadataLocation(TABLE, StoreObserver.NONE);
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(8, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void aConnectionThatTheDatabaseClosedMeanwhileIsReplaced() throws Exception {
        assertThat(ask()).isEqualTo("/m.json");
        assertThat(ask()).isEqualTo("/m.json");
        assertThat(database.connections).hasSize(1);
        database.query = connection -> {
            if (connection == 0) {
                throw new SQLException("terminating connection due to administrator command", "57P01");
            }
            return "/n.json";
        };
        assertThat(ask()).isEqualTo("/n.json");
        assertThat(database.connections).hasSize(2);
    }

    @Test
    void aConnectionOnWhichAQueryFailedIsClosed() {
        database.query = connection -> {
            throw new SQLException("no", "42P01");
        };
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(this::ask).hasMessageContaining("SQLSTATE 42P01");
        }
        assertThat(database.connections).hasSize(3);
        assertThat(database.open()).isZero();
    }

    @Test
    void aQueryThatIsNoLongerWaitedForIsAborted() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        database.query = connection -> {
            asked.countDown();
            await(end);
            return "/m.json";
        };
        Thread waiting = Thread.ofPlatform().start(() -> {
            try {
                ask();
            } catch (InterruptedException given) {
                // It waits no longer.
                return;
            }
        });
        await(asked);
        waiting.interrupt();
        await(database.connections.getFirst().aborted);
        end.countDown();
    }

    @Test
    void aFewConnectionsAreKeptUntilTheCatalogIsClosed() throws Exception {
        CountDownLatch asked = new CountDownLatch(5);
        database.query = connection -> {
            asked.countDown();
            await(asked);
            return "/m.json";
        };
        List<Future<String>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 5; i++) {
                answers.add(threads.submit(this::ask));
            }
        }
        for (Future<String> each : answers) {
            assertThat(each.get()).isEqualTo("/m.json");
        }
        assertThat(database.connections).hasSize(5);
        assertThat(database.open()).isEqualTo(4);
        catalog.close();
        assertThat(database.open()).isZero();
    }

    @Test
    void aConnectionWhoseQueryOutlivesTheCatalogIsNotKept() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        database.query = connection -> {
            asked.countDown();
            await(closed);
            return "/m.json";
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> answer = threads.submit(this::ask);
            await(asked);
            catalog.close();
            closed.countDown();
            assertThat(answer.get()).isEqualTo("/m.json");
        }
        assertThat(database.open()).isZero();
    }
}
