package dev.littoral.activities.tablecatalog.jdbc;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.tablecatalog.MetadataPointer;
import dev.littoral.activities.tablecatalog.TableCatalog;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.spec.CatalogTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * A catalog in a database: one row for each table, in {@code iceberg_tables}. It is asked by one query and never
 * written. Of the database's failures only their codes are reported, as its messages may repeat credentials.
 */
public final class JdbcTableCatalog implements TableCatalog {
    private static final Set<String> KEYS = Set.of("catalog-name", "jdbc.user", "jdbc.password", "jdbc.driver-path");

    private static final String SCHEME = "jdbc:";

    /** All columns, as catalogs of the first version lack the last one. */
    private static final String QUERY =
            "SELECT * FROM iceberg_tables WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?";

    private static final Pattern SECRET = Pattern.compile("(?i)(passw|pwd|secret|token)[^=&;?]*=|//[^/@]*:[^/@]*@");
    private static final Pattern STATE = Pattern.compile("[0-9A-Z]{5}");
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final TableCatalogSettings settings;
    private final JdbcConnections connections;
    private final Duration timeout;

    private JdbcTableCatalog(TableCatalogSettings settings, Duration timeout) {
        this.settings = settings;
        this.connections = new JdbcConnections(settings);
        this.timeout = timeout;
    }

    /** Whether an address is of this kind. */
    public static boolean isAddress(String uri) {
        return uri.startsWith(SCHEME);
    }

    /**
     * A catalog. Opens no connection.
     *
     * @throws LittoralException INPUT when a setting is not right, without repeating what may be secret
     */
    public static JdbcTableCatalog open(TableCatalogSettings settings) {
        return open(settings, TIMEOUT);
    }

    static JdbcTableCatalog open(TableCatalogSettings settings, Duration timeout) {
        settings.requireKeys(KEYS);
        if (SECRET.matcher(settings.uri()).find()) {
            throw LittoralException.input("The address of table catalog " + settings.name()
                    + " has what looks like a password; expected it in the property jdbc.password, as file:/path or"
                    + " env:NAME");
        }
        return new JdbcTableCatalog(settings, timeout);
    }

    /**
     * A row of the catalog.
     *
     * @param type {@code TABLE}, {@code VIEW} or null, where the catalog has no views
     */
    private record Row(String location, String type) {}

    @Override
    public String metadataLocation(CatalogTable table, StoreObserver requests) throws InterruptedException {
        Optional<Row> row = requests.observe(StoreObserver.Role.SOURCE, LOAD, () -> query(table));
        if (row.isEmpty()) {
            throw LittoralException.input(settings.words() + " has no table " + table.table() + " in namespace "
                    + table.namespaceName() + "; expected one that is there, of the catalog " + catalogName()
                    + " in its database");
        }
        if ("VIEW".equals(row.get().type())) {
            throw LittoralException.input(
                    settings.words() + " has a view " + table.fullName() + "; expected a table of that name");
        }
        if (row.get().location() == null) {
            throw LittoralException.input(settings.words() + " says of table " + table.fullName()
                    + " no metadata_location; expected a table that was committed");
        }
        if (!MetadataPointer.isAddress(row.get().location())) {
            throw LittoralException.input(settings.words() + " says of table " + table.fullName()
                    + " a metadata_location of " + row.get().location().length()
                    + " characters that is none; expected an address, of at most " + MetadataPointer.MAX_LENGTH
                    + " and none of them a control character");
        }
        return row.get().location();
    }

    private String catalogName() {
        return settings.value("catalog-name").orElse(settings.name());
    }

    private Optional<Row> query(CatalogTable table) throws InterruptedException {
        Query query = new Query(table);
        FutureTask<Optional<Row>> task = new FutureTask<>(query);
        // A driver may not notice an interrupt, and holds its thread until the database answers.
        Thread.ofPlatform().daemon().name("table-catalog-" + settings.name()).start(task);
        boolean ended = false;
        try {
            Optional<Row> row = task.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            ended = true;
            return row;
        } catch (TimeoutException e) {
            throw new LittoralException(
                    FailureType.TRANSIENT,
                    settings.words() + " does not answer within " + timeout.toSeconds() + " seconds",
                    e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } finally {
            if (!ended) {
                query.abort();
            }
        }
    }

    private LittoralException failure(Throwable cause) {
        if (cause instanceof LittoralException known) {
            return known;
        }
        if (!(cause instanceof SQLException failure)) {
            return new LittoralException(
                    FailureType.TRANSIENT,
                    settings.words() + " cannot be asked (" + cause.getClass().getSimpleName() + ")");
        }
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        // 28: the login is refused. 42501: a privilege is missing. 42 else, and 3D: no such table, no such database.
        boolean denied = state.startsWith("28") || state.equals("42501");
        boolean wrong = !denied && (state.startsWith("42") || state.startsWith("3D"));
        String code = STATE.matcher(state).matches() ? "SQLSTATE " + state : "error " + failure.getErrorCode();
        return new LittoralException(
                denied ? FailureType.ACCESS : wrong ? FailureType.INPUT : FailureType.TRANSIENT,
                settings.words() + (denied ? " refuses with " : " fails with ") + code + "; expected "
                        + (wrong
                                ? "a database with the table iceberg_tables, as Iceberg's JDBC catalog makes it"
                                : "a row of iceberg_tables"));
    }

    /** One query, on a connection that is kept where it went well. */
    private final class Query implements Callable<Optional<Row>> {
        private final CatalogTable table;
        private volatile Connection connection;

        Query(CatalogTable table) {
            this.table = table;
        }

        @Override
        public Optional<Row> call() throws SQLException {
            Optional<Connection> used = connections.reuse();
            if (used.isPresent()) {
                try {
                    return ask(used.get());
                } catch (SQLException e) {
                    // The database may have closed it meanwhile; a new one tells.
                    return ask(connections.open(timeout.toSeconds()));
                }
            }
            return ask(connections.open(timeout.toSeconds()));
        }

        private Optional<Row> ask(Connection on) throws SQLException {
            connection = on;
            boolean well = false;
            try (PreparedStatement statement = on.prepareStatement(QUERY)) {
                statement.setString(1, catalogName());
                statement.setString(2, table.namespaceName());
                statement.setString(3, table.table());
                try (ResultSet rows = statement.executeQuery()) {
                    Optional<Row> row = rows.next() ? Optional.of(row(rows)) : Optional.empty();
                    well = true;
                    return row;
                }
            } finally {
                if (well) {
                    connections.keep(on);
                } else {
                    JdbcConnections.close(on);
                }
            }
        }

        private static Row row(ResultSet rows) throws SQLException {
            ResultSetMetaData columns = rows.getMetaData();
            String type = null;
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                if (columns.getColumnLabel(i).equalsIgnoreCase("iceberg_type")) {
                    type = rows.getString(i);
                }
            }
            return new Row(rows.getString("metadata_location"), type);
        }

        void abort() {
            Connection open = connection;
            if (open != null) {
                Thread.ofVirtual().start(() -> {
                    try {
                        open.abort(Runnable::run);
                    } catch (SQLException e) {
                        // It is given up either way.
                    }
                });
            }
        }
    }

    @Override
    public void close() {
        connections.close();
    }
}
