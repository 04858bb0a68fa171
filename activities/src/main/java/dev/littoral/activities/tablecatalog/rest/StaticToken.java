package dev.littoral.activities.tablecatalog.rest;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.secret.SecretPlace;
import dev.littoral.activities.storage.StoreObserver;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** A token that somebody else makes, and may replace; it is read for each request. */
record StaticToken(SecretPlace place) implements Authorization {
    @Override
    public Map<String, List<String>> headers(URI uri, StoreObserver requests) {
        String token = place.read();
        if (!BearerToken.isRight(token)) {
            throw LittoralException.input(place.where() + " has what is no access token; expected one alone");
        }
        return new BearerToken(token).headers();
    }
}
