package dev.littoral.workflows.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where a process listens, by the kernel's tables. Linux only. */
public final class Listeners {
    /** A line of the kernel's table: local address and port, other address, state 0A, queues, timers, user, inode. */
    private static final Pattern LISTENING =
            Pattern.compile("\\s*\\d+: (\\w+):(\\w+) \\S+ 0A \\S+ \\S+ \\S+\\s+\\d+\\s+\\d+ (\\d+) .*");

    private Listeners() {}

    /** The address as the kernel prints it, and the port. */
    public record Listener(String address, int port) {
        public boolean isLoopback() {
            return address.equals("0100007F")
                    || address.equals("0000000000000000FFFF00000100007F")
                    || address.equals("00000000000000000000000001000000");
        }
    }

    public static List<Listener> of(long pid) {
        try {
            Set<String> sockets;
            try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
                sockets = descriptors.map(Listeners::target).collect(Collectors.toSet());
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
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
