package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.starter.Cli.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The embedded service is for its own process. */
@EnabledOnOs(OS.LINUX)
class LoopbackIT {
    /** A line of the kernel's table: local address and port, other address, state 0A, queues, timers, user, inode. */
    private static final Pattern LISTENING =
            Pattern.compile("\\s*\\d+: (\\w+):(\\w+) \\S+ 0A \\S+ \\S+ \\S+\\s+\\d+\\s+\\d+ (\\d+) .*");

    @TempDir
    Path folder;

    /** Where a process listens: the address as the kernel prints it, and the port. */
    private record Listener(String address, int port) {
        boolean isLoopback() {
            return address.equals("0100007F")
                    || address.equals("0000000000000000FFFF00000100007F")
                    || address.equals("00000000000000000000000001000000");
        }
    }

    private static List<Listener> listeners(long pid) throws IOException {
        Set<String> sockets;
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            sockets = descriptors.map(LoopbackIT::target).collect(Collectors.toSet());
        }
        List<Listener> listeners = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table))) {
                Matcher socket = LISTENING.matcher(line);
                if (socket.matches() && sockets.contains("socket:[" + socket.group(3) + "]")) {
                    listeners.add(new Listener(socket.group(1), Integer.parseInt(socket.group(2), 16)));
                }
            }
        }
        return listeners;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }

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
        List<Listener> listeners = new ArrayList<>();
        boolean seen = running.until(sync -> {
            try {
                listeners.addAll(listeners(sync.pid()));
            } catch (IOException e) {
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
        listeners.addAll(listeners(running.pid()));
        List<Long> children = ProcessHandle.of(running.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .map(ProcessHandle::pid)
                .toList();
        running.end().endsWith(ExitCode.OK);
        assertThat(listeners).allMatch(Listener::isLoopback);
        assertThat(children).isEmpty();
        assertThatThrownBy(() -> connect(InetAddress.getLoopbackAddress(), port))
                .isInstanceOf(UncheckedIOException.class);
    }
}
