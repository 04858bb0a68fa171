package dev.littoral.activities.source.iceberg;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.workflows.model.TableVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folder {@code metadata/} of a table: which of its metadata files is the newest. Their names begin with a number
 * that grows by one with each commit: {@code v12.metadata.json} of a table without a catalog,
 * {@code 00012-<uuid>.metadata.json} of one that a catalog points to.
 */
final class MetadataFolder {
    /** Objects in the folder; a table of more wants its catalog, or its metadata file named. */
    private static final int MAX_OBJECTS = 200_000;

    private static final int PAGE = 1000;
    private static final int MAX_HINT = 1024;

    /** Names of smaller numbers begin with 0. */
    private static final int NO_LEADING_ZERO = 10_000;

    private static final String HINT = "version-hint.text";
    private static final Pattern FILE =
            Pattern.compile("(?:v([0-9]{1,18})|([0-9]{1,18})-[^/]+?)(?:\\.gz)?\\.metadata\\.json(?:\\.gz)?");
    private static final Pattern IN_ORDER = Pattern.compile("0[0-9]{4}-[^/]+");

    private final TableStorage storage;
    private final String folder;

    MetadataFolder(TableStorage storage) {
        this.storage = storage;
        this.folder = storage.address("metadata/");
    }

    /** Whether an address is that of a metadata file. */
    static boolean isMetadata(String address) {
        return address.endsWith(".metadata.json") || address.endsWith(".metadata.json.gz");
    }

    /** The folder of the table that a source names by it, or by a metadata file in its folder {@code metadata/}. */
    static String tableOf(String address) {
        int folder = isMetadata(address) ? address.lastIndexOf("/metadata/") : -1;
        return folder > 0 && address.indexOf('/', folder + "/metadata/".length()) < 0
                ? address.substring(0, folder)
                : address;
    }

    /**
     * A metadata file.
     *
     * @param counted whether its name says its number alone, {@code v12}
     */
    private record Candidate(String name, long number, boolean counted) {}

    /**
     * The address of the newest metadata file.
     *
     * @param before the version that was served last, or null: older files need not be listed
     * @throws LittoralException INPUT when there is none, or more than one may be
     */
    String newest(TableVersion before) throws InterruptedException {
        List<String> names = since(before);
        List<Candidate> files = candidates(names);
        if (files.isEmpty()) {
            names = list(null, MAX_OBJECTS);
            files = candidates(names);
        }
        boolean catalogued = files.stream().anyMatch(file -> !file.counted());
        if (catalogued && names.contains(HINT)) {
            return folder + hinted(files);
        }
        if (files.isEmpty()) {
            throw LittoralException.input(
                    "Source " + storage.root() + " is no Iceberg table: found no metadata file in " + folder
                            + "; expected v<number>.metadata.json or <number>-<uuid>.metadata.json");
        }
        return folder + only(files);
    }

    /** The names that may be those of files since a version, or all. */
    private List<String> since(TableVersion before) throws InterruptedException {
        String last = before == null
                        || before.metadata() == null
                        || !before.metadata().startsWith(folder)
                ? ""
                : before.metadata().substring(folder.length());
        if (!IN_ORDER.matcher(last).matches()) {
            return list(null, MAX_OBJECTS);
        }
        // A page that goes beyond all that begin with 0 has all newer files, unless it ends amid larger numbers.
        String number = last.substring(0, last.indexOf('-'));
        List<String> names = list(folder + number + "-", PAGE);
        boolean whole = names.size() < PAGE
                || (names.get(names.size() - 1).compareTo("1") > 0
                        && Long.parseLong(number) < NO_LEADING_ZERO - PAGE
                        && candidates(names).stream().allMatch(file -> file.number() < NO_LEADING_ZERO));
        return whole ? names : list(null, MAX_OBJECTS);
    }

    private List<String> list(String after, int limit) throws InterruptedException {
        List<String> names = new ArrayList<>();
        for (TableStorage.Listed each : storage.list(folder, after, limit)) {
            names.add(each.address().substring(folder.length()));
        }
        if (names.size() == MAX_OBJECTS) {
            throw LittoralException.input("Folder " + folder + " has " + MAX_OBJECTS
                    + " objects or more; expected fewer: name a metadata file of the table as the source, or expire"
                    + " snapshots and delete orphan files");
        }
        return names;
    }

    private static List<Candidate> candidates(List<String> names) {
        List<Candidate> found = new ArrayList<>();
        for (String name : names) {
            Matcher file = FILE.matcher(name);
            if (file.matches()) {
                boolean counted = file.group(1) != null;
                found.add(new Candidate(name, Long.parseLong(file.group(counted ? 1 : 2)), counted));
            }
        }
        return found;
    }

    private String only(List<Candidate> files) {
        long newest = files.stream().mapToLong(Candidate::number).max().orElseThrow();
        List<String> last = files.stream()
                .filter(file -> file.number() == newest)
                .map(Candidate::name)
                .sorted()
                .toList();
        if (last.size() > 1) {
            throw LittoralException.input("Folder " + folder + " has two newest metadata files, " + last.get(0)
                    + " and "
                    + last.get(1) + "; expected one: a table of a catalog is served by its catalog, or name one of them"
                    + " as the source");
        }
        return last.get(0);
    }

    /** The file that a hint names: by a number, or by its name without its end. */
    private String hinted(List<Candidate> files) throws InterruptedException {
        String hint = storage.get(folder + HINT, MAX_HINT)
                .map(body -> new String(body, UTF_8).strip())
                .orElse("");
        List<Candidate> named = files.stream()
                .filter(file -> file.counted()
                        ? Long.toString(file.number()).equals(hint)
                        : file.name().startsWith(hint + ".") || file.name().equals(hint))
                .toList();
        if (named.isEmpty() || hint.isEmpty()) {
            throw LittoralException.input(
                    "File " + folder + HINT + " names no metadata file that is there; expected the"
                            + " number of one, or its name: repair it, or name a metadata file as the source");
        }
        // A writer makes the file of a number before the hint of it.
        return named.get(0).counted()
                ? only(files.stream().filter(Candidate::counted).toList())
                : only(named);
    }
}
