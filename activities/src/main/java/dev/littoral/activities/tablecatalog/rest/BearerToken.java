package dev.littoral.activities.tablecatalog.rest;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** An access token as it goes into a request. */
record BearerToken(String token) {
    private static final Pattern RIGHT = Pattern.compile("[!-~]{1,32768}");

    /** Whether a text can be one: the HTTP client would repeat one that cannot. */
    static boolean isRight(String text) {
        return RIGHT.matcher(text).matches();
    }

    Map<String, List<String>> headers() {
        return Map.of("Authorization", List.of("Bearer " + token));
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "BearerToken";
    }
}
