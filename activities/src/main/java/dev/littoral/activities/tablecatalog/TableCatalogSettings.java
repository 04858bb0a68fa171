package dev.littoral.activities.tablecatalog;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.secret.SecretPlace;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The settings of a catalog of tables.
 *
 * @param name what sources call it
 * @param uri where it is; may hold a secret that a message must not repeat
 * @param properties as Iceberg names them; those that are secret say where the secret is
 */
public record TableCatalogSettings(String name, String uri, Map<String, String> properties) {
    public TableCatalogSettings {
        properties = new TreeMap<>(properties);
    }

    /** How messages begin that are about it. */
    public String words() {
        return "Table catalog " + name;
    }

    /**
     * Checks the names of its properties.
     *
     * @throws LittoralException INPUT when there is one that is not known
     */
    public void requireKeys(Set<String> known) {
        for (String key : properties.keySet()) {
            if (!known.contains(key)) {
                throw LittoralException.input(words() + " has the unknown property " + key + "; expected "
                        + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    /** The value of a property that is no secret. */
    public Optional<String> value(String key) {
        return Optional.ofNullable(properties.get(key)).filter(value -> !value.isEmpty());
    }

    /**
     * Where a secret is.
     *
     * @throws LittoralException INPUT when the property may be the secret itself, which is not repeated
     */
    public Optional<SecretPlace> secret(String key) {
        return value(key).map(place -> SecretPlace.of("The property " + key + " of table catalog " + name, place));
    }

    /** Without what may be secret. */
    @Override
    public String toString() {
        return "TableCatalogSettings[name=" + name + "]";
    }
}
