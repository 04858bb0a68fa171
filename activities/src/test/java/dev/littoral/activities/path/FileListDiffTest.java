package dev.littoral.activities.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FileListDiffTest {
    private static final String[] NAMES = {"a", "a/b", "aa", "b", "\uE000", "\uD83D\uDE00", "z"};

    private static SourceFile file(String path, String version) {
        return new SourceFile(path, version, 1);
    }

    private static List<SourceFile> between(List<SourceFile> before, List<SourceFile> now) {
        return FileListDiff.between(before, now, SourceFile::gone);
    }

    @Test
    void onlyWhatDiffersIsALine() {
        List<SourceFile> before = List.of(file("b", "1"), file("c", "1"), file("d", "1"), file("z", "1"));
        List<SourceFile> now = List.of(file("a", "1"), file("b", "1"), file("c", "2"));
        assertThat(between(before, now))
                .containsExactly(
                        file("a", "1"), file("c", "2"), new SourceFile("d", null, 0), new SourceFile("z", null, 0));
        assertThat(between(now, now)).isEmpty();
        assertThat(between(List.of(), now)).isEqualTo(now);
    }

    /** The order is that of UTF-8, where it is not that of Java's strings too. */
    @Test
    void aDifferenceTurnsAnyListIntoAnyOther() {
        Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            List<SourceFile> before = some(random);
            List<SourceFile> now = some(random);
            List<SourceFile> lines = between(before, now);
            assertThat(FileListDiff.apply(before, lines)).isEqualTo(now);
            assertThat(lines).noneMatch(before::contains);
        }
    }

    private static List<SourceFile> some(Random random) {
        TreeMap<String, SourceFile> files = new TreeMap<>(PathOrder.ORDER);
        for (String name : NAMES) {
            if (random.nextBoolean()) {
                files.put(name, file(name, Integer.toString(random.nextInt(2))));
            }
        }
        return new ArrayList<>(files.values());
    }
}
