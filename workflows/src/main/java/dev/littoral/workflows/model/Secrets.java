package dev.littoral.workflows.model;

import java.util.regex.Pattern;

/** The look for secrets in texts that people send. Pure and deterministic. */
final class Secrets {
    /** A text has no more characters than the longest that is accepted. */
    private static final int MAX_CHARS = 2_048;

    /** Words with signs between them, as names are made of: too short for a secret, or each of them like a word. */
    private static final Pattern PLAIN_NAME = Pattern.compile("(?=.{1,34}$)([A-Za-z_.\\x20-]{1,12}"
            + "|([A-Z]?[a-z]{2,15}(?![a-z])|[A-Z]{2,15}(?![A-Za-z])|[_.\\x20-])+)[0-9]{0,2}");

    private static final String OF_EACH_KIND = "(?=[^0-9]*[0-9])(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])";

    /** What is as long and as mixed is more likely a secret than a word. */
    private static final Pattern MIXED = Pattern.compile(OF_EACH_KIND + "[A-Za-z0-9/+=_.~-]{20,}");

    /** Secret keys: of AWS and those that follow it, of Azure, of Backblaze. */
    private static final Pattern KEY =
            Pattern.compile(OF_EACH_KIND + "\\s*([A-Za-z0-9/+]{40}|[A-Za-z0-9/+]{86}==|K00[0-9][A-Za-z0-9/+]{27})\\s*");

    private static final Pattern HEXADECIMAL = Pattern.compile("[0-9a-f]{32,}|[0-9A-F]{32,}");

    private static final Pattern LETTERS_AND_DIGITS = Pattern.compile("[A-Za-z0-9/+]{20,}={0,2}");

    /** An access key's id, a user with a password, the query of a URL that grants access by itself, or a token that says so. */
    private static final Pattern SECRET_VALUE = Pattern.compile(
            "(?<![0-9A-Za-z])(AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])"
                    + "|^[^:/]*://[^/@:]*:[^@]*@"
                    + "|eyJ[A-Za-z0-9_-]{10,}\\.eyJ|-----BEGIN |(?<![0-9A-Za-z])gh[opsu]_[0-9A-Za-z]{36}"
                    + "|(?i)[?&](X-Amz-|X-Goog-|AWSAccessKeyId|sig=|[^/?&=]*(secret|token|passw|credential|access_?key|signature)[^/?&=]*=)"
                    + "|(?<![0-9A-Za-z])(X-(Amz|Goog)-(Signature|Credential|Security-Token)|AWSAccessKeyId|AccountKey|SharedAccess(Key|Signature)|sig)(=|%3D)[0-9A-Za-z%/+=_-]{16,}");

    private Secrets() {}

    /** Whether a text holds what no text of a source may. */
    static boolean isSecret(String text) {
        return SECRET_VALUE.matcher(text).region(0, looked(text)).find();
    }

    /** Whether a text as a whole is like a secret key. A path or a column's name may be. */
    static boolean isKey(String text) {
        return KEY.matcher(text).matches();
    }

    /** Whether a text as a whole looks drawn by lot: no word changes between capitals, small letters and digits so often. */
    static boolean isRandom(String text) {
        if (HEXADECIMAL.matcher(text).matches()) {
            return true;
        }
        int changes = 0;
        for (int i = 1; i < text.length(); i++) {
            changes += kind(text.charAt(i)) == kind(text.charAt(i - 1)) ? 0 : 1;
        }
        return LETTERS_AND_DIGITS.matcher(text).matches() && 2 * changes > text.length();
    }

    private static int kind(char c) {
        return c >= 'a' && c <= 'z' ? 0 : c >= 'A' && c <= 'Z' ? 1 : c >= '0' && c <= '9' ? 2 : 3;
    }

    /** Whether a text is better not repeated. */
    static boolean maybeSecret(String text) {
        return isSecret(text)
                || isRandom(text)
                || MIXED.matcher(text).region(0, looked(text)).find()
                || HEXADECIMAL.matcher(text).region(0, looked(text)).find();
    }

    /** Whether a name may be repeated in an answer. */
    static boolean isPlain(String name) {
        return PLAIN_NAME.matcher(name).matches() && !isSecret(name);
    }

    private static int looked(String text) {
        return Math.min(text.length(), MAX_CHARS);
    }
}
