package dev.littoral.activities.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Checks that a JSON object ends with the SHA-256 of all that comes before its last field. */
final class SelfDigest {
    private static final String FIELD = "sha256";

    private SelfDigest() {}

    /** Checks an object; whether it does is a finding. */
    static void check(String object, byte[] bytes, JsonNode node, Findings findings) {
        String digest = node.path(FIELD).asText();
        byte[] end = (",\"" + FIELD + "\":\"" + digest + "\"}").getBytes(StandardCharsets.UTF_8);
        int length = bytes.length - end.length;
        if (digest.isEmpty() || length < 0 || !Arrays.equals(bytes, length, bytes.length, end, 0, end.length)) {
            findings.error(object, "it does not end with its SHA-256", "a last field " + FIELD);
            return;
        }
        String found = Digests.hex(Arrays.copyOf(bytes, length));
        if (!found.equals(digest)) {
            findings.error(object, "its SHA-256 is " + found, FindingText.brief(digest) + ", as its last field says");
        }
    }
}
