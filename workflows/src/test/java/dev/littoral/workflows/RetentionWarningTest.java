package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The warning that a table deletes files too early. */
class RetentionWarningTest {
    private static String warning(Duration retention) {
        return warning(TableSpec.DELTA, retention);
    }

    private static String warning(String format, Duration retention) {
        TableVersion table = new TableVersion(format, "t", "1", null, null, null, null, retention);
        return RetentionWarning.of(table, CollectionOptions.DEFAULTS);
    }

    @Test
    void aTableThatKeepsFilesForLessThanVersionsAreKeptIsWarnedOf() {
        assertThat(CollectionOptions.DEFAULTS.keepVersionsFor()).isEqualTo(Duration.ofDays(7));
        assertThat(warning(Duration.ofDays(5)))
                .isEqualTo("The table may delete files of its older versions after 5 days, and this collection keeps"
                        + " versions that name them for 7 days: readers of an older version may find files gone; let"
                        + " the table keep them longer (delta.deletedFileRetentionDuration), or set keepVersionsFor to"
                        + " no more");
        assertThat(warning(Duration.ofHours(36))).contains("after PT36H,");
        assertThat(warning(Duration.ZERO)).contains("after PT0S,");
    }

    @Test
    void eachFormatOfTablesHasAPropertyThatIsNamed() throws IllegalAccessException {
        List<String> unnamed = new ArrayList<>();
        int formats = 0;
        for (Field constant : TableSpec.class.getFields()) {
            String format = (String) constant.get(null);
            formats++;
            if (warning(format, Duration.ofDays(5)).contains("(its retention)")) {
                unnamed.add(format);
            }
        }
        assertThat(formats).isGreaterThan(2);
        assertThat(unnamed).isEmpty();
        assertThat(warning("of a later build", Duration.ofDays(5))).contains("(its retention)");
    }

    @Test
    void otherwiseThereIsNothingToSay() {
        assertThat(warning(Duration.ofDays(7))).isNull();
        assertThat(warning(null)).isNull();
        assertThat(RetentionWarning.of(null, CollectionOptions.DEFAULTS)).isNull();
    }
}
