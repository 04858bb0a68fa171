package dev.littoral.activities.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileFailuresTest {
    private static final Path PATH = Path.of("/data/x");

    @ParameterizedTest
    @CsvSource({
        "Permission denied, ACCESS",
        "Operation not permitted, ACCESS",
        "Read-only file system, ACCESS",
        "Not a directory, INPUT",
        "File name too long, INPUT",
        "Too many levels of symbolic links or unable to access attributes of symbolic link, INPUT",
        "No space left on device, TRANSIENT",
        "Disk quota exceeded, TRANSIENT",
        "Input/output error, TRANSIENT",
        "Too many open files, TRANSIENT",
    })
    void theReasonDecidesTheType(String reason, FailureType type) throws Exception {
        for (IOException e :
                new IOException[] {new FileSystemException(PATH.toString(), null, reason), new IOException(reason)}) {
            LittoralException failure = FileFailures.of("read", PATH, e);
            assertThat(failure.type()).isEqualTo(type);
            assertThat(failure)
                    .hasMessage("Cannot read /data/x: " + reason + ".")
                    .hasCause(e);
        }
    }

    @Test
    void exceptionsOfTheirOwnKindAreClassified() throws Exception {
        assertThat(FileFailures.of("read", PATH, new AccessDeniedException("/data/x"))
                        .type())
                .isEqualTo(FailureType.ACCESS);
        assertThat(FileFailures.of("read", PATH, new NoSuchFileException("/data/x"))
                        .type())
                .isEqualTo(FailureType.INPUT);
        assertThat(FileFailures.of("read", PATH, new NotDirectoryException("/data/x"))
                        .type())
                .isEqualTo(FailureType.INPUT);
        assertThat(FileFailures.of("read", PATH, new IOException()).type()).isEqualTo(FailureType.TRANSIENT);
    }

    @Test
    void anInterruptStaysAnInterrupt() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> FileFailures.of("read", PATH, new ClosedByInterruptException()))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
