package dev.littoral.workflows.spec;

import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.PrintableText;
import java.util.Locale;
import java.util.regex.Pattern;

/** Scans keys, names and values for credentials, so that no message accepts or repeats one. Pure and deterministic. */
public final class SecretScanner {
    /** No more of a text is scanned: as much as may be accepted or shown. */
    private static final int MAX_CHARS = JsonFields.MAX_URI_CHARS;

    /** Keys of objects that are for secrets. */
    private static final Pattern SECRET_NAME =
            Pattern.compile("secret|passw|pwd|token|credential|access_?-?key|api_?-?key|private|signature");

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

    /**
     * An access key's id, a user with a password, a URL's query that grants access by itself, or a token by its form.
     */
    private static final Pattern SECRET_VALUE = Pattern.compile("(?<![0-9A-Za-z])(AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])"
            + "|^[^:/]*://[^/@:]*:[^@]*@"
            + "|eyJ[A-Za-z0-9_-]{10,}\\.eyJ|-----BEGIN |(?<![0-9A-Za-z])gh[opsu]_[0-9A-Za-z]{36}"
            + "|(?i)[?&](X-Amz-|X-Goog-|AWSAccessKeyId|sig="
            + "|[^/?&=]*(secret|token|passw|credential|access_?key|signature)[^/?&=]*=)"
            + "|(?<![0-9A-Za-z])(X-(Amz|Goog)-(Signature|Credential|Security-Token)|AWSAccessKeyId|AccountKey"
            + "|SharedAccess(Key|Signature)|sig)(=|%3D)[0-9A-Za-z%/+=_-]{16,}");

    private SecretScanner() {}

    /** Whether a text holds what looks like a credential. */
    static boolean isSecret(String text) {
        return SECRET_VALUE.matcher(text).region(0, scanned(text)).find();
    }

    /** Whether a text as a whole is like a secret key. A path or a column's name may be. */
    static boolean isKey(String text) {
        return KEY.matcher(text).matches();
    }

    /** Whether a text as a whole looks random: no word changes between capitals, small letters and digits so often. */
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
                || MIXED.matcher(text).region(0, scanned(text)).find()
                || HEXADECIMAL.matcher(text).region(0, scanned(text)).find();
    }

    /** Whether a name may be repeated in an answer. */
    static boolean isPlainName(String name) {
        return PLAIN_NAME.matcher(name).matches() && !isSecret(name);
    }

    /** Whether a key of an object names a credential, or is one. */
    static boolean isSecretName(String key) {
        return SECRET_NAME.matcher(key.toLowerCase(Locale.ROOT)).find() || isSecret(key);
    }

    /** A name in quotes if it reads like words, else only its length. */
    public static String quotedName(String name) {
        return isPlainName(name) ? '"' + name + '"' : length(name);
    }

    /** A name if it reads like words, else only its length. */
    public static String name(String name) {
        return isPlainName(name) ? name : "a name " + length(name);
    }

    /** A value in quotes, at most 60 characters of it; only its length if it may be a secret. */
    static String quoted(String text) {
        return text == null ? "missing" : maybeSecret(text) ? length(text) : '"' + PrintableText.value(text) + '"';
    }

    /** At most 60 characters of a value; only its length if it may be a secret. */
    static String shown(String text) {
        return maybeSecret(text) ? length(text) : PrintableText.value(text);
    }

    /** The refusal of a text that looks like a credential. */
    static InvalidRequestException refused(String where) {
        return new InvalidRequestException(where + " holds what looks like a credential; a source never does: name"
                + " a profile in the spec, or let the worker's own credentials serve");
    }

    private static String length(String text) {
        return "of " + text.length() + " characters";
    }

    private static int scanned(String text) {
        return Math.min(text.length(), MAX_CHARS);
    }
}
