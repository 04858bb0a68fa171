package dev.littoral.activities.storage.s3;

import dev.littoral.activities.storage.BlobStore;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A parser of ListObjectsV2 replies that works in one pass. It reads XML as stores write it: elements, text and
 * entities. A page that has anything else in it, or that is not whole, is not read at all. One thread.
 */
final class ListObjectsParser {
    private static final String ROOT = "ListBucketResult";

    /** Stores put no more than an owner's name into an object. */
    private static final int MAX_DEPTH = 8;

    /** Where digits are in a time, and what is between them. */
    private static final String TIME = "0000-00-00T00:00:00.000Z";

    private final byte[] xml;
    private int at;

    /** Whether the element opened last has no content. */
    private boolean empty;

    private ListObjectsParser(byte[] xml) {
        this.xml = xml;
    }

    /**
     * Reads a page.
     *
     * @return empty where a complete XML parser has to read it
     */
    static Optional<ListPage> read(byte[] xml) {
        try {
            return Optional.of(new ListObjectsParser(xml).page());
        } catch (IndexOutOfBoundsException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private ListPage page() {
        prolog();
        check(ROOT.equals(open("")) && !empty);
        List<ListPage.Listed> objects = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        boolean named = false;
        String prefix = null;
        String truncated = null;
        String next = null;
        boolean exact = false;
        String tag;
        while ((tag = open(ROOT)) != null) {
            switch (tag) {
                case "Contents" -> objects.add(object());
                case "CommonPrefixes" -> prefixes.add(prefix());
                case "Name" -> {
                    named = true;
                    skip(tag, MAX_DEPTH);
                }
                case "Prefix" -> prefix = text(tag);
                case "IsTruncated" -> truncated = text(tag);
                case "NextContinuationToken" -> next = text(tag);
                case "EncodingType" -> exact = text(tag).equals("url");
                default -> skip(tag, MAX_DEPTH);
            }
        }
        boolean last = "false".equals(truncated);
        check(named && (last ? next == null || next.isEmpty() : "true".equals(truncated) && next != null));
        while (at < xml.length) {
            check(isSpace(xml[at++]));
        }
        if (exact) {
            objects.replaceAll(
                    o -> new ListPage.Listed(ListedKeys.decoded(o.key()), o.etag(), o.bytes(), o.modified()));
            prefixes.replaceAll(ListedKeys::decoded);
        }
        return new ListPage(prefix, objects, prefixes, last ? null : next, exact);
    }

    private ListPage.Listed object() {
        check(!empty);
        String key = null;
        String etag = null;
        String size = null;
        long modified = BlobStore.Entry.UNKNOWN;
        String tag;
        while ((tag = open("Contents")) != null) {
            switch (tag) {
                case "LastModified" -> modified = time(tag);
                case "Key" -> key = text(tag);
                case "ETag" -> etag = text(tag);
                case "Size" -> size = text(tag);
                default -> skip(tag, MAX_DEPTH);
            }
        }
        check(key != null && ListPage.isVersion(etag) && size != null);
        return new ListPage.Listed(key, etag, Long.parseLong(size), modified);
    }

    /** A time as S3 writes it, read from its digits, as there is one for each object; others are read by the JDK. */
    private long time(String tag) {
        int start = at;
        if (!empty && xml.length - at > TIME.length() && isAsTimesAre()) {
            long days = LocalDate.of(digits(start, 4), digits(start + 5, 2), digits(start + 8, 2))
                    .toEpochDay();
            long seconds = digits(start + 11, 2) * 3600L + digits(start + 14, 2) * 60L + digits(start + 17, 2);
            at += TIME.length();
            check(xml[at++] == '<' && xml[at] == '/');
            close(tag);
            return (days * 86_400 + seconds) * 1000 + digits(start + 20, 3);
        }
        String text = text(tag);
        try {
            return ListPage.millis(Instant.parse(text));
        } catch (DateTimeException e) {
            return BlobStore.Entry.UNKNOWN;
        }
    }

    private boolean isAsTimesAre() {
        for (int i = 0; i < TIME.length(); i++) {
            char expected = TIME.charAt(i);
            byte found = xml[at + i];
            if (expected == '0' ? found < '0' || found > '9' : found != expected) {
                return false;
            }
        }
        return true;
    }

    private int digits(int from, int count) {
        int number = 0;
        for (int i = from; i < from + count; i++) {
            number = number * 10 + xml[i] - '0';
        }
        return number;
    }

    private String prefix() {
        check(!empty);
        String prefix = null;
        String tag;
        while ((tag = open("CommonPrefixes")) != null) {
            if (tag.equals("Prefix")) {
                prefix = text(tag);
            } else {
                skip(tag, MAX_DEPTH);
            }
        }
        check(prefix != null);
        return prefix;
    }

    /** The declaration, which may name no encoding but UTF-8. */
    private void prolog() {
        space();
        if (xml[at + 1] == '?') {
            int start = at;
            while (xml[at] != '>') {
                at++;
            }
            at++;
            String declaration = new String(xml, start, at - start, StandardCharsets.ISO_8859_1);
            check(declaration.startsWith("<?xml ")
                    && (!declaration.contains("encoding")
                            || declaration.regionMatches(
                                    true, declaration.indexOf("encoding") + "encoding='".length(), "UTF-8", 0, 5)));
        }
    }

    /** Opens the next element, or closes the one it would be in and returns null. */
    private String open(String parent) {
        space();
        check(xml[at++] == '<');
        if (xml[at] == '/') {
            close(parent);
            return null;
        }
        int start = at;
        while (isName(xml[at])) {
            at++;
        }
        check(at > start);
        String name = new String(xml, start, at - start, StandardCharsets.ISO_8859_1);
        check(isSpace(xml[at]) || xml[at] == '>' || xml[at] == '/');
        byte quote = 0;
        for (; quote != 0 || xml[at] != '>'; at++) {
            byte b = xml[at];
            check(b != '<');
            if (quote == 0 && (b == '"' || b == '\'')) {
                quote = b;
            } else if (b == quote) {
                quote = 0;
            }
        }
        empty = xml[at - 1] == '/';
        at++;
        return name;
    }

    /** Goes on behind {@code </name>}, of which the first byte is read. */
    private void close(String name) {
        at++;
        for (int i = 0; i < name.length(); i++) {
            check(xml[at++] == name.charAt(i));
        }
        space();
        check(xml[at++] == '>');
    }

    private String text(String name) {
        if (empty) {
            return "";
        }
        int start = at;
        boolean entities = false;
        for (; xml[at] != '<'; at++) {
            entities |= xml[at] == '&';
        }
        String text = new String(xml, start, at - start, StandardCharsets.UTF_8);
        at++;
        check(xml[at] == '/');
        close(name);
        return entities ? unescaped(text) : text;
    }

    private static String unescaped(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        boolean surrogates = false;
        int from = 0;
        int entity;
        while ((entity = text.indexOf('&', from)) >= 0) {
            int end = text.indexOf(';', entity);
            plain.append(text, from, entity);
            String name = text.substring(entity + 1, end);
            switch (name) {
                case "amp" -> plain.append('&');
                case "lt" -> plain.append('<');
                case "gt" -> plain.append('>');
                case "quot" -> plain.append('"');
                case "apos" -> plain.append('\'');
                default -> {
                    check(name.startsWith("#"));
                    int point = name.startsWith("#x")
                            ? Integer.parseInt(name.substring(2), 16)
                            : Integer.parseInt(name.substring(1));
                    plain.appendCodePoint(point);
                    surrogates |= Character.getType(point) == Character.SURROGATE;
                }
            }
            from = end + 1;
        }
        plain.append(text, from, text.length());
        // Half of a pair is no character, and no key has it.
        check(!surrogates || StandardCharsets.UTF_8.newEncoder().canEncode(plain));
        return plain.toString();
    }

    /** Goes on behind an element and all that is in it. */
    private void skip(String name, int deepest) {
        if (empty) {
            return;
        }
        check(deepest > 0);
        while (true) {
            while (xml[at] != '<') {
                at++;
            }
            String inner = open(name);
            if (inner == null) {
                return;
            }
            skip(inner, deepest - 1);
        }
    }

    private void space() {
        while (isSpace(xml[at])) {
            at++;
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    private static boolean isName(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
    }

    private static void check(boolean known) {
        if (!known) {
            throw new IllegalArgumentException("not as stores write it");
        }
    }
}
