package dev.littoral.workflows.spec;

import dev.littoral.workflows.model.InvalidRequestException;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The URI schemes of sources in stores, each with the rule for what follows it. */
public enum SourceScheme {
    S3("s3://bucket/prefix/") {
        @Override
        String checked(String where, String rest) {
            int slash = rest.indexOf('/');
            String bucket = slash < 0 ? rest : rest.substring(0, slash);
            // A secret may have a slash in it, which then seems to end the bucket.
            if (bucket.indexOf('@') >= 0 || bucket.indexOf(':') >= 0) {
                throw new InvalidRequestException(where + " holds user information before the bucket; a source never"
                        + " holds credentials: name a profile in the spec");
            }
            if (!isBucket(bucket)) {
                throw new InvalidRequestException(
                        where + " names the bucket " + SecretScanner.quoted(bucket) + "; expected " + example());
            }
            return slash < 0 ? rest + "/" : rest;
        }
    },

    FILE("file:///dir/") {
        @Override
        String checked(String where, String rest) {
            if (!rest.startsWith("/") || rest.indexOf('\0') >= 0) {
                throw new InvalidRequestException(
                        where + " is no absolute file URI; expected " + example() + " with three slashes");
            }
            return rest;
        }
    };

    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*");
    private static final Pattern ARN = Pattern.compile("(?i)arn:aws[a-z-]*:s3[a-z-]*:");
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");

    private final String example;

    SourceScheme(String example) {
        this.example = example;
    }

    /** Checks what follows {@code ://}, and returns it as it is stored. */
    abstract String checked(String where, String rest);

    String scheme() {
        return name().toLowerCase(Locale.ROOT);
    }

    String example() {
        return example;
    }

    /** An example of each kind of source. */
    static String examples() {
        return joined(SourceScheme::example) + " or " + CatalogTable.EXAMPLE;
    }

    private static String joined(Function<SourceScheme, String> part) {
        return Arrays.stream(values()).map(part).collect(Collectors.joining(" or "));
    }

    /** Whether a text can be the name of a bucket of S3. */
    public static boolean isBucket(String text) {
        return BUCKET.matcher(text).matches();
    }

    /** Whether what is in the place of a bucket is an ARN of S3. */
    public static boolean isArn(String bucket) {
        return ARN.matcher(bucket).lookingAt();
    }

    /** Checks a URI and returns it with its scheme in lower case. Nothing in it is decoded. */
    static String checkedUri(String where, String uri) {
        int end = uri.indexOf("://");
        String rest = end < 0 ? uri : uri.substring(end + 3);
        String bucket = rest.split("/", 2)[0];
        if (isArn(bucket) && bucket.indexOf('@') < 0) {
            throw new InvalidRequestException(where + " names an ARN; expected a bucket's name, as in " + S3.example
                    + ": an access point's alias, which ends in -s3alias, is one");
        }
        String given = end < 0 ? "" : uri.substring(0, end);
        if (!SCHEME.matcher(given).matches()) {
            throw new InvalidRequestException(where + " has no scheme; expected " + examples());
        }
        String name = given.toLowerCase(Locale.ROOT);
        for (SourceScheme scheme : values()) {
            if (scheme.scheme().equals(name)) {
                return name + "://" + scheme.checked(where, rest);
            }
        }
        throw new InvalidRequestException(where + " has the scheme " + SecretScanner.quoted(name) + "; expected "
                + joined(SourceScheme::scheme) + ", as in " + examples());
    }
}
