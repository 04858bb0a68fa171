package dev.littoral.activities.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;

/** Excerpts and reasons for the sentences of findings. */
final class FindingText {
    private static final int BRIEF = 120;

    private FindingText() {}

    /** The start of an untrusted text. */
    static String brief(String text) {
        return text.length() <= BRIEF ? text : text.substring(0, BRIEF) + "…";
    }

    /** Why something cannot be read, without the excerpt that Jackson adds. */
    static String reason(IOException e) {
        String message =
                e instanceof JsonProcessingException json ? json.getOriginalMessage() : String.valueOf(e.getMessage());
        return brief(message.lines().findFirst().orElse(""));
    }
}
