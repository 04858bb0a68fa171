package dev.littoral.workflows.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads what people and programs send. Pure and deterministic. Everything that is not right is refused with {@link
 * InvalidRequestException}; no message repeats a value that may be a secret.
 */
public final class Requests {
    private static final int MAX_URI_CHARS = 2_048;
    private static final int MAX_LIST = 1_000;
    private static final int MAX_TEXT = 1_024;
    private static final int MAX_ID_CHARS = 200;
    private static final int MAX_SHOWN = 60;
    private static final int MAX_JOBS = 100;

    /** Longer than any sentence about a failure. */
    private static final int MAX_CAUSE_CHARS = 1 << 14;

    /** So few that the sum over all workers does not overflow. */
    private static final long MAX_DONE = 1L << 50;

    private static final Instant END_OF_TIME = Instant.parse("9999-12-31T00:00:00Z");

    /** A source is in many events of a history and a hundred times in what a collection hands to its next run. */
    private static final int MAX_SOURCE_BYTES = 1 << 16;

    private static final long MAX_TARGET_ROWS = 1L << 40;
    private static final Duration MIN_REFRESH = Duration.ofSeconds(1);
    private static final Duration MAX_REFRESH = Duration.ofDays(365);

    /** The longest an update may run, and a day. */
    private static final Duration MIN_KEEP = Duration.ofDays(2);

    private static final Duration MAX_KEEP = Duration.ofDays(3_650);

    private static final Set<String> INPUT_KEYS = sorted("source", "options");
    private static final Set<String> SOURCE_KEYS = sorted("uri", "spec");
    private static final Set<String> SPEC_KEYS = sorted(
            "format", "include", "exclude", "columns", "onBadFile", "profile", "table", "anonymous", "requesterPays");
    private static final Set<String> PAGE_KEYS = sorted("before", "limit");
    private static final Set<String> COLUMN_KEYS = sorted("name", "type");
    private static final Set<String> OPTION_KEYS =
            sorted("targetRowsPerSegment", "refreshEvery", "allowEmpty", "maxDropShare", "keepVersionsFor");

    private static final Pattern COLLECTION_ID = Pattern.compile("[a-z0-9][a-z0-9._=-]*");
    private static final Pattern ARN = Pattern.compile("(?i)arn:aws[a-z-]*:s3[a-z-]*:");
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");
    private static final Pattern PROFILE = Pattern.compile("[A-Za-z0-9._@:/+-]{1,128}");
    private static final Pattern SECRET_KEY =
            Pattern.compile("secret|passw|pwd|token|credential|access_?-?key|api_?-?key|private|signature");

    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*");

    private Requests() {}

    /** Jobs below a number, at most so many, newest first. */
    public record JobsPage(long before, int limit) {}

    /** What a collection starts with: a source or null, and options with defaults filled in. */
    public record Start(ExternalSource source, CollectionOptions options) {}

    /**
     * Reads a collection's input. Nothing sent is an empty input.
     *
     * @throws InvalidRequestException when it is not right
     */
    public static Start start(CollectionInput input) {
        JsonNode json = input == null ? null : input.json();
        if (absent(json)) {
            return new Start(null, CollectionOptions.DEFAULTS);
        }
        object("input", json, INPUT_KEYS);
        JsonNode source = json.get("source");
        return new Start(absent(source) ? null : source("source", source), options(json.get("options")));
    }

    /**
     * Reads a source that a message carries.
     *
     * @throws InvalidRequestException when it is not right
     */
    public static ExternalSource source(SourceRequest request) {
        JsonNode json = request == null ? null : request.json();
        if (absent(json)) {
            throw new InvalidRequestException(
                    "source is missing; expected an object like {\"uri\":\"s3://bucket/prefix/\"}");
        }
        return source("source", json);
    }

    /**
     * Checks the source that an activity is asked for, by the rules for messages.
     *
     * @throws InvalidRequestException when no message could have brought it
     */
    public static void check(ExternalSource source) {
        if (!source(SourceRequest.of(source)).equals(source)) {
            throw new InvalidRequestException(
                    "source is written otherwise than a message's is; expected what was read of one");
        }
    }

    /**
     * Checks the options that an activity is asked for, by the rules for messages.
     *
     * @throws InvalidRequestException when no message could have brought them
     */
    public static void check(CollectionOptions options) {
        if (options == null) {
            throw new InvalidRequestException("options is missing; expected those of the collection");
        }
        options(Json.tree(options));
    }

    /**
     * Checks how long versions are kept.
     *
     * @throws InvalidRequestException when no message could ask for it
     */
    public static void keepVersionsFor(Duration duration) {
        if (duration == null) {
            throw new InvalidRequestException("keepVersionsFor is missing; expected that of the collection's options");
        }
        duration("keepVersionsFor", Json.tree(duration.toString()), MIN_KEEP, MAX_KEEP, null);
    }

    /**
     * Reads which jobs to list. Nothing sent is the newest.
     *
     * @throws InvalidRequestException when it is not right
     */
    public static JobsPage jobs(JobsRequest request) {
        JsonNode json = request == null ? null : request.json();
        if (absent(json)) {
            return new JobsPage(Long.MAX_VALUE, MAX_JOBS);
        }
        object("page", json, PAGE_KEYS);
        return new JobsPage(
                whole("page.before", json.get("before"), Long.MAX_VALUE, Long.MAX_VALUE, "an update's number"),
                (int) whole("page.limit", json.get("limit"), MAX_JOBS, MAX_JOBS, "a number of jobs"));
    }

    /**
     * Reads what a worker says, or null when it is nothing of the kind.
     *
     * @throws InvalidRequestException when it is not right
     */
    public static ProgressSignal.News news(ProgressSignal news) {
        try {
            ProgressSignal.News read =
                    news == null ? null : Json.JSON.treeToValue(news.json(), ProgressSignal.News.class);
            if (read != null && isNews(read)) {
                return read;
            }
        } catch (JsonProcessingException e) {
            // Falls through to the one refusal below.
        }
        throw new InvalidRequestException("news is not what a worker sends; expected none from anybody else");
    }

    /** Whether all of it can be shown: what cannot would fail the workflow's task again and again. */
    private static boolean isNews(ProgressSignal.News news) {
        RetryInfo trouble = news.trouble();
        return (news.step() == null || isShowable(news.step(), MAX_TEXT))
                && (news.worker() == null || isShowable(news.worker(), MAX_TEXT))
                && news.done() >= 0
                && news.done() <= MAX_DONE
                && news.of() >= 0
                && (trouble == null
                        || (isShowable(trouble.step(), MAX_TEXT)
                                && isShowable(trouble.cause(), MAX_CAUSE_CHARS)
                                && isShowable(trouble.time())
                                && (trouble.nextTry() == null || isShowable(trouble.nextTry()))));
    }

    private static boolean isShowable(String text, int maxChars) {
        return text != null && text.length() <= maxChars && isWritable(text);
    }

    private static boolean isShowable(Instant time) {
        return time != null && !time.isBefore(Instant.EPOCH) && time.isBefore(END_OF_TIME);
    }

    /**
     * Checks a collection's name. It is a Temporal workflow ID and a part of keys in the catalog.
     *
     * @throws InvalidRequestException when it will not do
     */
    public static String collectionId(String id) {
        if (id == null
                || id.length() > MAX_ID_CHARS
                || id.contains("..")
                || !COLLECTION_ID.matcher(id).matches()) {
            throw new InvalidRequestException(
                    "collectionId is " + quoted(id)
                            + "; expected 1 to 200 characters of a-z 0-9 . _ = - that start with a letter or digit, without two dots in a row");
        }
        return id;
    }

    /** Whether what stands in the place of a bucket is an ARN of S3. */
    public static boolean isArn(String bucket) {
        return ARN.matcher(bucket).lookingAt();
    }

    /** Whether a text can be the name of a profile of the shared AWS configuration. */
    public static boolean isProfile(String text) {
        return PROFILE.matcher(text).matches();
    }

    private static ExternalSource source(String where, JsonNode json) {
        object(where, json, SOURCE_KEYS);
        JsonNode uri = json.get("uri");
        if (absent(uri)) {
            throw new InvalidRequestException(where + ".uri is missing; expected s3://bucket/prefix/ or file:///dir/");
        }
        ExternalSource source = new ExternalSource(
                uri(where + ".uri", text(where + ".uri", uri, MAX_URI_CHARS)), spec(where + ".spec", json.get("spec")));
        int bytes = Json.bytes(source);
        if (bytes > MAX_SOURCE_BYTES) {
            throw new InvalidRequestException(
                    where + " has " + bytes + " bytes as JSON; expected at most " + MAX_SOURCE_BYTES);
        }
        return source;
    }

    private static String uri(String where, String uri) {
        int end = uri.indexOf("://");
        String scheme = end < 0 || !SCHEME.matcher(uri.substring(0, end)).matches()
                ? ""
                : uri.substring(0, end).toLowerCase(Locale.ROOT);
        String rest = end < 0 ? uri : uri.substring(end + 3);
        int slash = rest.indexOf('/');
        String bucket = slash < 0 ? rest : rest.substring(0, slash);
        if (isArn(bucket) && bucket.indexOf('@') < 0) {
            throw new InvalidRequestException(
                    where
                            + " names an ARN; expected a bucket's name, as in s3://bucket/prefix/: an access point's alias, which ends in -s3alias, is one");
        }
        switch (scheme) {
            case "s3" -> {
                // A secret may have a slash in it, and then seems to end the bucket.
                if (bucket.indexOf('@') >= 0 || bucket.indexOf(':') >= 0) {
                    throw new InvalidRequestException(
                            where
                                    + " holds user information before the bucket; a source never holds credentials: name a profile in the spec");
                }
                if (!BUCKET.matcher(bucket).matches()) {
                    throw new InvalidRequestException(
                            where + " names the bucket " + quoted(bucket) + "; expected s3://bucket/prefix/");
                }
                return "s3://" + bucket + (slash < 0 ? "/" : rest.substring(slash));
            }
            case "file" -> {
                if (!rest.startsWith("/") || rest.indexOf('\0') >= 0) {
                    throw new InvalidRequestException(
                            where + " is no absolute file URI; expected file:///dir/ with three slashes");
                }
                return "file://" + rest;
            }
            case "" ->
                throw new InvalidRequestException(
                        where + " has no scheme; expected s3://bucket/prefix/ or file:///dir/");
            default ->
                throw new InvalidRequestException(where + " has the scheme " + quoted(scheme)
                        + "; expected s3 or file, as in s3://bucket/prefix/ or file:///dir/");
        }
    }

    private static ExternalSpec spec(String where, JsonNode json) {
        if (absent(json)) {
            return ExternalSpec.parquet();
        }
        object(where, json, SPEC_KEYS);
        String format = absent(json.get("format")) ? ExternalSpec.PARQUET : text(where + ".format", json.get("format"));
        if (!format.equals(ExternalSpec.PARQUET)) {
            throw new InvalidRequestException(where + ".format is " + quoted(format) + "; expected \"parquet\"");
        }
        String profile = profile(where + ".profile", json.get("profile"));
        boolean anonymous = flag(where + ".anonymous", json.get("anonymous"));
        boolean requesterPays = flag(where + ".requesterPays", json.get("requesterPays"));
        if (anonymous && (profile != null || requesterPays)) {
            throw new InvalidRequestException(where + ".anonymous is true, and "
                    + (profile != null ? "profile" : "requesterPays")
                    + " needs credentials; expected one of the two");
        }
        return new ExternalSpec(
                format,
                globs(where + ".include", json.get("include")),
                globs(where + ".exclude", json.get("exclude")),
                columns(where + ".columns", json.get("columns")),
                onBadFile(where + ".onBadFile", json.get("onBadFile")),
                profile,
                onTable(where + ".table", json.get("table")),
                anonymous,
                requesterPays);
    }

    private static List<String> globs(String where, JsonNode json) {
        List<String> globs = new ArrayList<>();
        for (JsonNode each : list(where, json)) {
            String at = where + "[" + globs.size() + "]";
            String glob = text(at, each);
            if (Secrets.isKey(glob)) {
                throw credential(at);
            }
            Glob.problem(glob).ifPresent(problem -> {
                throw new InvalidRequestException(at + ": " + problem);
            });
            globs.add(glob);
        }
        return globs;
    }

    private static List<RequiredColumn> columns(String where, JsonNode json) {
        List<RequiredColumn> columns = new ArrayList<>();
        for (JsonNode each : list(where, json)) {
            String at = where + "[" + columns.size() + "]";
            if (each.isTextual()) {
                columns.add(new RequiredColumn(columnName(at, each), null));
                continue;
            }
            if (!each.isObject()) {
                throw new InvalidRequestException(at + " is " + kind(each)
                        + "; expected a column's name, or an object like {\"name\":\"id\",\"type\":\"int64\"}");
            }
            object(at, each, COLUMN_KEYS);
            if (absent(each.get("name"))) {
                throw new InvalidRequestException(at + ".name is missing; expected a column's name");
            }
            String type = absent(each.get("type")) ? null : text(at + ".type", each.get("type"));
            if (type != null && ColumnTypes.problem(type).isPresent()) {
                throw new InvalidRequestException(
                        at + ".type is " + quoted(type) + "; expected " + ColumnTypes.EXPECTED);
            }
            columns.add(new RequiredColumn(columnName(at + ".name", each.get("name")), type));
        }
        return columns;
    }

    private static String columnName(String where, JsonNode json) {
        String name = text(where, json);
        if (name.isEmpty()) {
            throw new InvalidRequestException(where + " is empty; expected a column's name");
        }
        return name;
    }

    private static OnBadFile onBadFile(String where, JsonNode json) {
        return choice(where, json, "fail", OnBadFile.FAIL, "skip", OnBadFile.SKIP);
    }

    private static OnTable onTable(String where, JsonNode json) {
        return choice(where, json, "refuse", OnTable.REFUSE, "ignore", OnTable.IGNORE);
    }

    /** One of two words; the first is what nothing means. */
    private static <T> T choice(String where, JsonNode json, String first, T ofFirst, String second, T ofSecond) {
        if (absent(json)) {
            return ofFirst;
        }
        String text = text(where, json);
        if (!text.equals(first) && !text.equals(second)) {
            throw new InvalidRequestException(
                    where + " is " + quoted(text) + "; expected \"" + first + "\" or \"" + second + "\"");
        }
        return text.equals(first) ? ofFirst : ofSecond;
    }

    private static String profile(String where, JsonNode json) {
        if (absent(json)) {
            return null;
        }
        String profile = text(where, json);
        // A name is repeated wherever the profile is missing, or not allowed.
        if (Secrets.isKey(profile) || Secrets.isRandom(profile)) {
            throw credential(where);
        }
        if (!isProfile(profile)) {
            throw new InvalidRequestException(
                    where + " is no profile's name; expected one of the shared AWS configuration");
        }
        return profile;
    }

    private static CollectionOptions options(JsonNode json) {
        if (absent(json)) {
            return CollectionOptions.DEFAULTS;
        }
        object("options", json, OPTION_KEYS);
        return new CollectionOptions(
                targetRows(json.get("targetRowsPerSegment")),
                duration("options.refreshEvery", json.get("refreshEvery"), MIN_REFRESH, MAX_REFRESH, null),
                flag("options.allowEmpty", json.get("allowEmpty")),
                maxDropShare(json.get("maxDropShare")),
                duration(
                        "options.keepVersionsFor",
                        json.get("keepVersionsFor"),
                        MIN_KEEP,
                        MAX_KEEP,
                        CollectionOptions.DEFAULTS.keepVersionsFor()));
    }

    private static long targetRows(JsonNode json) {
        return whole(
                "options.targetRowsPerSegment",
                json,
                CollectionOptions.DEFAULT_TARGET_ROWS,
                MAX_TARGET_ROWS,
                "a whole number of rows");
    }

    private static long whole(String where, JsonNode json, long otherwise, long most, String expected) {
        if (absent(json)) {
            return otherwise;
        }
        if (!json.isIntegralNumber() || !json.canConvertToLong() || json.longValue() < 1 || json.longValue() > most) {
            throw new InvalidRequestException(
                    where + " is " + shown(json) + "; expected " + expected + " from 1 to " + most);
        }
        return json.longValue();
    }

    private static Duration duration(String where, JsonNode json, Duration least, Duration most, Duration otherwise) {
        if (absent(json)) {
            return otherwise;
        }
        if (json.isTextual()) {
            try {
                Duration duration = Duration.parse(text(where, json));
                if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
                    return duration;
                }
            } catch (DateTimeParseException e) {
                // Falls through to the one refusal below.
            }
        }
        throw new InvalidRequestException(
                where + " is " + shown(json) + "; expected an ISO-8601 duration from " + least + " to " + most);
    }

    private static double maxDropShare(JsonNode json) {
        if (absent(json)) {
            return CollectionOptions.DEFAULTS.maxDropShare();
        }
        if (!json.isNumber() || !(json.doubleValue() > 0) || json.doubleValue() > 1) {
            throw new InvalidRequestException(
                    "options.maxDropShare is " + shown(json) + "; expected a number above 0 and up to 1");
        }
        return json.doubleValue();
    }

    private static boolean flag(String where, JsonNode json) {
        if (absent(json)) {
            return false;
        }
        if (!json.isBoolean()) {
            throw new InvalidRequestException(where + " is " + shown(json) + "; expected true or false");
        }
        return json.booleanValue();
    }

    private static void object(String where, JsonNode json, Set<String> keys) {
        if (!json.isObject()) {
            throw new InvalidRequestException(
                    where + " is " + kind(json) + "; expected an object with the keys " + String.join(", ", keys));
        }
        json.fieldNames().forEachRemaining(key -> {
            if (keys.contains(key)) {
                return;
            }
            if (SECRET_KEY.matcher(key.toLowerCase(Locale.ROOT)).find() || Secrets.isSecret(key)) {
                String named = Secrets.isPlain(key) ? where + "." + key : "a key of " + where;
                throw new InvalidRequestException(
                        named + " looks like a secret; a source never holds one: name a profile in the spec");
            }
            throw new InvalidRequestException(
                    where + " has the unknown key " + named(key) + "; expected " + String.join(", ", keys));
        });
    }

    private static Iterable<JsonNode> list(String where, JsonNode json) {
        if (absent(json)) {
            return List.of();
        }
        if (!json.isArray()) {
            throw new InvalidRequestException(where + " is " + kind(json) + "; expected a list");
        }
        if (json.size() > MAX_LIST) {
            throw new InvalidRequestException(where + " has " + json.size() + " entries; expected at most " + MAX_LIST);
        }
        return json;
    }

    private static String text(String where, JsonNode json) {
        return text(where, json, MAX_TEXT);
    }

    private static String text(String where, JsonNode json, int maxChars) {
        if (!json.isTextual()) {
            throw new InvalidRequestException(where + " is " + kind(json) + "; expected a text");
        }
        String text = json.textValue();
        // First: what is looked at below takes longer the longer the text is, and a workflow's task must not.
        if (text.length() > maxChars) {
            throw new InvalidRequestException(
                    where + " has " + text.length() + " characters; expected at most " + maxChars);
        }
        if (Secrets.isSecret(text)) {
            throw credential(where);
        }
        if (!isWritable(text)) {
            throw new InvalidRequestException(where + " holds half a Unicode character; expected whole ones");
        }
        return text;
    }

    private static InvalidRequestException credential(String where) {
        return new InvalidRequestException(
                where
                        + " holds what looks like a credential; a source never does: name a profile in the spec, or let the worker's own credentials serve");
    }

    private static boolean absent(JsonNode json) {
        return json == null || json.isNull() || json.isMissingNode();
    }

    private static String kind(JsonNode json) {
        return switch (json.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            // What could not be read, in words.
            case POJO -> json.asText();
            case STRING -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case BINARY -> "bytes";
            case NULL, MISSING -> "nothing";
        };
    }

    private static String shown(JsonNode json) {
        return json.isTextual()
                ? Secrets.isSecret(json.textValue()) ? "what looks like a credential" : quoted(json.textValue())
                : json.isValueNode() ? shortened(json.toString()) : kind(json);
    }

    private static String quoted(String text) {
        return text == null ? "missing" : Secrets.maybeSecret(text) ? ofLength(text) : '"' + shortened(text) + '"';
    }

    /** A name that somebody chose, in quotes, where it is like a word; else only how long it is, as it may be a secret. */
    public static String named(String name) {
        return Secrets.isPlain(name) ? '"' + name + '"' : ofLength(name);
    }

    /** A name that somebody chose, where it is like a word; else only how long it is. */
    public static String plain(String name) {
        return Secrets.isPlain(name) ? name : "a name " + ofLength(name);
    }

    private static String ofLength(String text) {
        return "of " + text.length() + " characters";
    }

    /** At most 60 characters of a text, each of which can be written and shown. */
    public static String shortened(String text) {
        return PrintableText.name(text, MAX_SHOWN);
    }

    /** Whether the text can be written as UTF-8: a JSON escape can spell a surrogate without its other half. */
    private static boolean isWritable(String text) {
        return text.codePoints().noneMatch(Requests::isSurrogate);
    }

    private static boolean isSurrogate(int c) {
        return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    }

    private static Set<String> sorted(String... keys) {
        return new TreeSet<>(List.of(keys));
    }
}
