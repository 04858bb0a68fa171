package dev.littoral.starter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputTest {
    /** A foreign name can neither move the cursor nor reverse the text after it. */
    @ParameterizedTest
    @ValueSource(ints = {0x1B, 0x7F, 0x9B, 0x200F, 0x2028, 0x202E, 0x2066})
    void aCharacterThatChangesWhatStandsBesideItIsEscaped(int c) {
        assertThat(Output.path("s3://lake/a" + Character.toString(c) + "gnp")).isEqualTo("s3://lake/a\\u%04xgnp", c);
    }
}
