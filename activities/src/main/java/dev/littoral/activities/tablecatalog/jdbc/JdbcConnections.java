package dev.littoral.activities.tablecatalog.jdbc;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.secret.SecretPlace;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Connections to the database of a catalog, of which a few are kept for the next queries. The driver is the one built
 * in, for PostgreSQL, or one in the jars that {@code jdbc.driver-path} names. Safe for use by many threads.
 */
final class JdbcConnections implements AutoCloseable {
    private static final String DRIVER_PATH = "jdbc.driver-path";
    private static final String POSTGRESQL = "jdbc:postgresql:";
    private static final int MAX_IDLE = 4;

    /** What lies between closes connections that are silent for longer. */
    private static final long MAX_IDLE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String url;
    private final Driver driver;
    private final Optional<String> user;
    private final Optional<SecretPlace> password;
    private final Deque<Idle> idle = new ArrayDeque<>();
    private boolean closed;

    private record Idle(Connection connection, long since) {}

    /**
     * Connections. Opens none.
     *
     * @throws LittoralException INPUT when a setting is not right or there is no driver, without repeating a secret
     */
    JdbcConnections(TableCatalogSettings settings) {
        this.url = settings.uri();
        this.user = settings.value("jdbc.user");
        this.password = settings.secret("jdbc.password");
        this.driver = driver(settings);
    }

    private static Driver driver(TableCatalogSettings settings) {
        ClassLoader loader = settings.value(DRIVER_PATH)
                .map(path -> loader(settings, path))
                .orElse(JdbcConnections.class.getClassLoader());
        for (Driver each : ServiceLoader.load(Driver.class, loader)) {
            if (takes(each, settings.uri())) {
                return each;
            }
        }
        throw LittoralException.input("The address of table catalog " + settings.name()
                + " is of a database whose driver is not here, or is not right; expected"
                + " jdbc:postgresql://host/database, or the jar of another driver in the property " + DRIVER_PATH);
    }

    private static boolean takes(Driver driver, String url) {
        try {
            return driver.acceptsURL(url);
        } catch (SQLException e) {
            // Its message may repeat the URL; another driver may take it.
            return false;
        }
    }

    private static ClassLoader loader(TableCatalogSettings settings, String path) {
        List<URL> jars = new ArrayList<>();
        for (String place : path.split(Pattern.quote(File.pathSeparator), -1)) {
            try {
                Path file = Path.of(place).toAbsolutePath();
                if (place.isEmpty() || !Files.exists(file)) {
                    throw notThere(settings);
                }
                jars.add(file.toUri().toURL());
            } catch (InvalidPathException | MalformedURLException e) {
                throw notThere(settings);
            }
        }
        return new URLClassLoader(jars.toArray(URL[]::new), JdbcConnections.class.getClassLoader());
    }

    private static LittoralException notThere(TableCatalogSettings settings) {
        return LittoralException.input("The property " + DRIVER_PATH + " of table catalog " + settings.name()
                + " names a file that is not there; expected jars, with " + File.pathSeparator + " between");
    }

    /** A connection that was used before, if there is one. */
    synchronized Optional<Connection> reuse() {
        for (Idle last = idle.pollLast(); last != null; last = idle.pollLast()) {
            if (System.nanoTime() - last.since() < MAX_IDLE_NANOS) {
                return Optional.of(last.connection());
            }
            close(last.connection());
        }
        return Optional.empty();
    }

    /**
     * A new connection.
     *
     * @param seconds how long the database may take, where the driver is known to have such a limit
     */
    Connection open(long seconds) throws SQLException {
        Properties properties = new Properties();
        user.ifPresent(name -> properties.setProperty("user", name));
        password.ifPresent(place -> properties.setProperty("password", place.read()));
        if (url.startsWith(POSTGRESQL)) {
            for (String limit : List.of("connectTimeout", "socketTimeout", "loginTimeout")) {
                if (!url.contains(limit + "=")) {
                    properties.setProperty(limit, Long.toString(seconds));
                }
            }
        }
        return driver.connect(url, properties);
    }

    /** Keeps a connection on which a query went well. */
    void keep(Connection connection) {
        synchronized (this) {
            if (!closed && idle.size() < MAX_IDLE) {
                idle.addLast(new Idle(connection, System.nanoTime()));
                return;
            }
        }
        close(connection);
    }

    static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // It is of no use any more, whatever it says.
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(each -> close(each.connection()));
        idle.clear();
    }
}
