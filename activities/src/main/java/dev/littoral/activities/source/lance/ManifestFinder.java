package dev.littoral.activities.source.lance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.source.table.TableStorage.Listed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the manifests of a dataset by their names. Names of today count down from 2<sup>64</sup>-1, so that the newest
 * is listed first; older ones are the plain number, and have to be listed all. Those of detached versions begin with
 * {@code d} and are passed over, as is whatever else is there.
 */
final class ManifestFinder {
    /** A dataset with older names that has not more is listed by one request all the same. */
    private static final int FIRST_NAMES = 100;

    private static final int MAX_NAMES = 1_000_000;
    private static final int MAX_REF = 64 << 10;
    private static final int MAX_SHOWN = 20;
    private static final int REVERSED_DIGITS = 20;
    private static final Pattern NAME = Pattern.compile("([0-9]{1,20})\\.manifest");

    /** What Lance lets the names of tags and branches consist of; only those of branches have slashes. */
    private static final Pattern REF = Pattern.compile("[\\p{L}\\p{N}._-]+(/[\\p{L}\\p{N}._-]+)*");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final TableStorage storage;
    private final String root;

    ManifestFinder(TableStorage storage) {
        this.storage = storage;
        this.root = storage.root().endsWith("/") ? storage.root() : storage.root() + "/";
    }

    /**
     * A manifest that is there.
     *
     * @param etag distinguishes it from another one of that number
     */
    record Found(long version, String address, long bytes, String etag) {}

    /** A version that a name stands for. */
    record Tagged(String branch, long version) {}

    /** The dataset's folder, with a slash at its end. */
    String root() {
        return root;
    }

    /** The folder of a branch, with a slash at its end. */
    String folder(String branch) throws InterruptedException {
        if (branch == null || branch.equals("main")) {
            return root;
        }
        checkName("branch", branch);
        StringBuilder folder = new StringBuilder(root).append("tree/");
        for (String part : branch.split("/", -1)) {
            folder.append(encoded(part)).append('/');
        }
        return folder.toString();
    }

    /** The newest version of a branch: one request, or as many as list all where names are of the older kind. */
    Optional<Found> newest(String branch) throws InterruptedException {
        String folder = folder(branch);
        List<Listed> first = storage.list(folder + "_versions/", null, FIRST_NAMES);
        Optional<Listed> one =
                first.stream().filter(each -> found(each).isPresent()).findFirst();
        boolean reversed = one.isPresent() && isReversed(one.get().address());
        if (reversed) {
            return found(one.get());
        }
        return (first.size() < FIRST_NAMES ? versions(first) : all(branch))
                .stream().reduce((a, b) -> b);
    }

    /** All versions of a branch, the oldest first. */
    List<Found> all(String branch) throws InterruptedException {
        List<Listed> listed = storage.list(folder(branch) + "_versions/", null, MAX_NAMES);
        if (listed.size() == MAX_NAMES) {
            throw LittoralException.input("The Lance dataset " + storage.root() + " has " + MAX_NAMES
                    + " versions or more; expected fewer: let Lance clean up old versions");
        }
        return versions(listed);
    }

    private static List<Found> versions(List<Listed> listed) {
        List<Found> versions = new ArrayList<>();
        listed.forEach(each -> found(each).ifPresent(versions::add));
        versions.sort(Comparator.comparingLong(Found::version));
        return versions;
    }

    /** One version of a branch: one request, or two where names are of the older kind. */
    Optional<Found> version(String branch, long version) throws InterruptedException {
        String folder = folder(branch) + "_versions/";
        String reversed = "00000000000000000000" + Long.toUnsignedString(~version);
        Optional<Found> found =
                at(folder + reversed.substring(reversed.length() - REVERSED_DIGITS) + ".manifest", version);
        return found.isPresent() ? found : at(folder + version + ".manifest", version);
    }

    /** The object at an address, by a listing that begins right before it. */
    private Optional<Found> at(String address, long version) throws InterruptedException {
        String before = address.substring(0, address.length() - 1);
        String folder = address.substring(0, address.lastIndexOf('/') + 1);
        return storage.list(folder, before, 1).stream()
                .filter(each -> each.address().equals(address))
                .flatMap(each -> found(each).stream())
                .filter(each -> each.version() == version)
                .findFirst();
    }

    private static String name(String address) {
        return address.substring(address.lastIndexOf('/') + 1);
    }

    private static boolean isReversed(String address) {
        return name(address).indexOf('.') == REVERSED_DIGITS;
    }

    private static Optional<Found> found(Listed listed) {
        Matcher name = NAME.matcher(name(listed.address()));
        if (!name.matches()) {
            return Optional.empty();
        }
        long number;
        try {
            number = Long.parseUnsignedLong(name.group(1));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
        long version = isReversed(listed.address()) ? ~number : number;
        // The upper half is that of detached versions.
        return version < 0
                ? Optional.empty()
                : Optional.of(new Found(version, listed.address(), listed.bytes(), listed.version()));
    }

    /**
     * The version that a tag names.
     *
     * @throws LittoralException INPUT when there is no such tag, or it is damaged
     */
    Tagged tag(String name) throws InterruptedException {
        checkName("tag", name);
        String folder = root + "_refs/tags/";
        String address = folder + encoded(name) + ".json";
        Optional<byte[]> bytes = storage.get(address, MAX_REF);
        if (bytes.isEmpty()) {
            throw missing("tag", name);
        }
        try {
            JsonNode tag = JSON.readTree(bytes.get());
            JsonNode branch = tag.path("branch");
            JsonNode version = tag.path("version");
            if (version.isIntegralNumber()
                    && version.canConvertToLong()
                    && version.longValue() >= 0
                    && (branch.isMissingNode() || branch.isNull() || branch.isTextual())) {
                return new Tagged(branch.isTextual() ? branch.textValue() : null, version.longValue());
            }
        } catch (IOException e) {
            // It says no version, either.
        }
        throw LittoralException.input("The tag " + address + " of the Lance dataset " + storage.root()
                + " is damaged: found no version in it; expected JSON with the number of one");
    }

    /** Checks that a branch is there. */
    void requireBranch(String name) throws InterruptedException {
        if (!name.equals("main")
                && storage.size(root + "_refs/branches/" + encoded(name) + ".json")
                        .isEmpty()) {
            throw missing("branch", name);
        }
    }

    private void checkName(String kind, String name) throws InterruptedException {
        if (!REF.matcher(name).matches() || name.contains("..")) {
            throw missing(kind, name);
        }
    }

    /** What is not there, and which of its kind are. */
    private LittoralException missing(String kind, String name) throws InterruptedException {
        String folder = root + "_refs/" + (kind.equals("tag") ? "tags/" : "branches/");
        List<String> names = storage.list(folder, null, MAX_SHOWN).stream()
                .map(each -> name(each.address()))
                .filter(each -> each.endsWith(".json"))
                .map(each -> each.substring(0, each.length() - 5).replace("%2F", "/"))
                .toList();
        return LittoralException.input("The Lance dataset " + storage.root() + " has no " + kind + " " + name
                + "; expected "
                + (names.isEmpty() ? "one that it has, and it has none" : "one of " + String.join(", ", names)));
    }

    /** A part of an address as Lance writes it. */
    private static String encoded(String part) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : part.getBytes(UTF_8)) {
            if (each < 0 || each == '/') {
                encoded.append(String.format(Locale.ROOT, "%%%02X", each));
            } else {
                encoded.append((char) each);
            }
        }
        return encoded.toString();
    }
}
