package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.testing.Listeners;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The embedded service listens on loopback only, and ends with its process. */
@EnabledOnOs(OS.LINUX)
class LoopbackIT {
    @TempDir
    Path folder;

    private static void connect(InetAddress address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 2_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void nothingListensElsewhereAndNothingIsLeftBehind() throws Exception {
        Cli cli = new Cli(folder);
        Lake.write(folder.resolve("lake/a.parquet"), 10, 0);
        Running running = cli.start("sync", "c", "--source", "lake");
        List<Listeners.Listener> listeners = new ArrayList<>();
        boolean seen = running.until(sync -> {
            try {
                listeners.addAll(Listeners.of(sync.pid()));
            } catch (UncheckedIOException e) {
                // It has ended.
            }
            return !listeners.isEmpty();
        });
        assertThat(seen).isTrue();
        int port = listeners.getFirst().port();
        for (InetAddress address : NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress())
                .toList()) {
            assertThatThrownBy(() -> connect(address, port)).as("%s", address).isInstanceOf(UncheckedIOException.class);
        }
        running.says("listing");
        listeners.addAll(Listeners.of(running.pid()));
        List<Long> children = ProcessHandle.of(running.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .map(ProcessHandle::pid)
                .toList();
        running.end().endsWith(ExitCode.OK);
        assertThat(listeners).allMatch(Listeners.Listener::isLoopback);
        assertThat(children).isEmpty();
        assertThatThrownBy(() -> connect(InetAddress.getLoopbackAddress(), port))
                .isInstanceOf(UncheckedIOException.class);
    }
}
