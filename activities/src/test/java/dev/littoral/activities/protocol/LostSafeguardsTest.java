package dev.littoral.activities.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Takes each safeguard of the protocol away, and sees the explorer find what breaks. A safeguard whose loss it does not
 * find is either needless or not checked; both are to be mended.
 */
class LostSafeguardsTest {
    private static final int MAX_STATES = Integer.getInteger("littoral.explore.states", 60_000);

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NOTHING")
    void theLossOfASafeguardIsFound(Safeguard lost) throws IOException {
        Setup setup = Worlds.all(lost).stream()
                .filter(world -> world.name().equals(lost.world()))
                .findFirst()
                .orElseThrow();
        Explorer.Broken broken = InActivity.call(() -> Explorer.shortest(setup, lost, MAX_STATES));
        assertThat(broken).as("%s: %s", lost, lost.loss()).isNotNull();
        String story = "## " + lost + ": " + lost.loss() + "\n\nIn the world of " + setup.name() + ", after "
                + broken.states() + " states, " + Explorer.words(broken) + "\n";
        System.out.println(story);
        Files.writeString(
                Path.of("target", "lost-safeguards.md"),
                story + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        assertThat(broken.violation().invariant()).as(story).isEqualTo(lost.invariant());
    }

    /** So that the world in which a loss shows is known to be sound with nothing lost. */
    @Test
    void everySafeguardNamesAWorldThatIsExplored() {
        List<String> names =
                Worlds.all(Safeguard.NOTHING).stream().map(Setup::name).toList();
        for (Safeguard safeguard : Safeguard.values()) {
            assertThat(safeguard == Safeguard.NOTHING || names.contains(safeguard.world()))
                    .as(safeguard.name())
                    .isTrue();
        }
    }
}
