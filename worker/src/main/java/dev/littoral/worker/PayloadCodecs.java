package dev.littoral.worker;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import io.temporal.payload.codec.PayloadCodec;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The payload codec of a namespace, as the environment names it: the codec server of {@code TEMPORAL_CODEC_ENDPOINT},
 * asked with the authorization in {@code TEMPORAL_CODEC_AUTH}, or the class of {@code LITTORAL_CODEC_CLASS}, which is
 * looked for in the jars and folders of {@code LITTORAL_CODEC_PATH} too.
 */
final class PayloadCodecs {
    static final String ENDPOINT = "TEMPORAL_CODEC_ENDPOINT";
    static final String AUTHORIZATION = "TEMPORAL_CODEC_AUTH";
    static final String CLASS = "LITTORAL_CODEC_CLASS";
    static final String PATH = "LITTORAL_CODEC_PATH";

    private static final Pattern CLASS_NAME = Pattern.compile("[\\p{javaJavaIdentifierPart}.]{1,500}");

    private PayloadCodecs() {}

    /**
     * The codec, or empty where none is set.
     *
     * @throws LittoralException INPUT when what is set is not right
     */
    static Optional<CheckedCodec> of(Map<String, String> environment, String namespace) {
        String endpoint = environment.getOrDefault(ENDPOINT, "");
        String type = environment.getOrDefault(CLASS, "");
        if (!endpoint.isEmpty() && !type.isEmpty()) {
            throw LittoralException.input(ENDPOINT + " and " + CLASS + " are both set; expected one of them");
        }
        if (!endpoint.isEmpty()) {
            String address = address(endpoint, namespace);
            String authorization = environment.getOrDefault(AUTHORIZATION, "");
            return Optional.of(new CheckedCodec(
                    new RemoteCodec(address, namespace, authorization.isEmpty() ? null : authorization),
                    "the codec server at " + address));
        }
        return type.isEmpty()
                ? Optional.empty()
                : Optional.of(new CheckedCodec(
                        instance(type, environment.getOrDefault(PATH, "")), "the payload codec " + type));
    }

    private static String address(String endpoint, String namespace) {
        try {
            URI uri = new URI(endpoint.replace("{namespace}", namespace));
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                return endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint;
            }
        } catch (URISyntaxException e) {
            throw badAddress();
        }
        throw badAddress();
    }

    /** The value may hold a password, so it is not repeated. */
    private static LittoralException badAddress() {
        return LittoralException.input(
                ENDPOINT + " is no address of a codec server; expected http:// or https://, a host"
                        + " and perhaps a path, as in https://codec.example.com/{namespace}");
    }

    private static PayloadCodec instance(String type, String path) {
        if (!CLASS_NAME.matcher(type).matches()) {
            throw LittoralException.input(CLASS + " is no name of a class; expected one like com.example.Codec");
        }
        try {
            return Class.forName(type, true, loader(path))
                    .asSubclass(PayloadCodec.class)
                    .getConstructor()
                    .newInstance();
        } catch (ClassNotFoundException e) {
            throw bad(type, "is not found; expected it in a jar or folder of " + PATH, e);
        } catch (ClassCastException e) {
            throw bad(type, "is no payload codec; expected one that implements " + PayloadCodec.class.getName(), e);
        } catch (ReflectiveOperationException | LinkageError e) {
            // Its own message may hold a key.
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw bad(
                    type,
                    "cannot be made (" + cause.getClass().getSimpleName()
                            + "); expected a public class with a public constructor without parameters",
                    e);
        }
    }

    private static LittoralException bad(String type, String what, Throwable cause) {
        return new LittoralException(FailureType.INPUT, CLASS + " names " + type + ", which " + what, cause);
    }

    private static ClassLoader loader(String path) {
        ClassLoader ours = PayloadCodecs.class.getClassLoader();
        if (path.isEmpty()) {
            return ours;
        }
        List<URL> places = new ArrayList<>();
        for (String place : path.split(Pattern.quote(File.pathSeparator), -1)) {
            try {
                Path file = Path.of(place).toAbsolutePath();
                if (place.isEmpty() || !Files.exists(file)) {
                    throw LittoralException.input(
                            PATH + " names a file that is not there; expected jars and folders, with "
                                    + File.pathSeparator + " between");
                }
                places.add(file.toUri().toURL());
            } catch (InvalidPathException | MalformedURLException e) {
                throw new LittoralException(
                        FailureType.INPUT, PATH + " is no list of paths; expected jars and folders", e);
            }
        }
        return new URLClassLoader(places.toArray(URL[]::new), ours);
    }
}
