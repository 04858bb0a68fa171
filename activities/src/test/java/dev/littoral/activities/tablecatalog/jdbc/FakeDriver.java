package dev.littoral.activities.tablecatalog.jdbc;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Logger;

/** A driver of databases that answer a query as a test says. */
public final class FakeDriver implements Driver {
    private static final Map<String, Database> DATABASES = new ConcurrentHashMap<>();

    /** How a query is answered: with the location of a table's metadata. */
    @FunctionalInterface
    interface Query {
        String answer(int connection) throws Exception;
    }

    /** A database. */
    static final class Database {
        final String url = "jdbc:fake:" + UUID.randomUUID();
        final List<FakeConnection> connections = new CopyOnWriteArrayList<>();
        volatile Query query = connection -> "/m.json";

        Database() {
            DATABASES.put(url, this);
        }

        long open() {
            return connections.stream().filter(each -> !each.isClosed()).count();
        }
    }

    /** A connection to one. */
    static final class FakeConnection {
        final CountDownLatch closed = new CountDownLatch(1);
        final CountDownLatch aborted = new CountDownLatch(1);

        boolean isClosed() {
            return closed.getCount() == 0;
        }
    }

    /** A folder for the class path that names this driver. */
    static Path onPath(Path folder) throws Exception {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(Driver.class.getName()), FakeDriver.class.getName());
        return folder;
    }

    @Override
    public Connection connect(String url, Properties properties) {
        Database database = DATABASES.get(url);
        FakeConnection connection = new FakeConnection();
        int number;
        synchronized (database) {
            number = database.connections.size();
            database.connections.add(connection);
        }
        ResultSet rows = proxy(
                ResultSet.class,
                Map.of(
                        "next", () -> true,
                        "getString", () -> database.query.answer(number),
                        "getMetaData", () -> proxy(ResultSetMetaData.class, Map.of("getColumnCount", () -> 0)),
                        "close", () -> null));
        PreparedStatement statement = proxy(
                PreparedStatement.class,
                Map.of("setString", () -> null, "executeQuery", () -> rows, "close", () -> null));
        return proxy(
                Connection.class,
                Map.of(
                        "prepareStatement",
                        () -> statement,
                        "close",
                        () -> {
                            connection.closed.countDown();
                            return null;
                        },
                        "abort",
                        () -> {
                            connection.aborted.countDown();
                            return null;
                        }));
    }

    private static <T> T proxy(Class<T> type, Map<String, Callable<Object>> answers) {
        return type.cast(Proxy.newProxyInstance(
                FakeDriver.class.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> answers.get(method.getName()).call()));
    }

    @Override
    public boolean acceptsURL(String url) {
        return DATABASES.containsKey(url);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }
}
