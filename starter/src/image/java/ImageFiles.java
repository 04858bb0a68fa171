import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * Lays out what the image of an architecture has besides its jars: in {@code root} the system and the Java runtime, in
 * {@code app} the JVM's options, native libraries and the archive of classes. The same input gives the same bytes.
 *
 * <p>Run by the profile {@code image} as {@code ImageFiles.java <amd64 or arm64> <target folder> <folder of the
 * architecture that .ci/image-root made> <jar of the command line>}, by the JDK that is going to be linked.
 */
public final class ImageFiles {
    /** What {@code jdeps} says that the jars use, and what {@code jcmd} and a flight recording need. */
    private static final String MODULES =
            "java.base,java.compiler,java.desktop,java.logging,java.management,java.naming,"
                    + "java.net.http,java.security.jgss,java.sql,java.xml,jdk.httpserver,jdk.jcmd,jdk.jfr,jdk.management,"
                    + "jdk.net,jdk.unsupported";

    /** As jib gives it to every file. The JVM refuses an archive of classes of jars with another time. */
    private static final FileTime TIME = FileTime.fromMillis(1000);

    /** The JVM's options, but for the class path. */
    private static final List<String> OPTIONS = List.of(
            "-XX:+UseSerialGC",
            "-XX:MaxRAMPercentage=50",
            // Nothing that the JVM says of itself belongs among what a command prints, and it writes no files.
            "-Xshare:auto",
            "-Xlog:disable",
            "-XX:-UsePerfData",
            // As in the script littoral: a process that ran out of memory ends with exit code 1 and one line.
            "-XX:+CrashOnOutOfMemoryError",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+SuppressFatalErrorMessage",
            "-XX:+DisplayVMOutputToStderr",
            "-XX:SharedArchiveFile=/app/littoral.jsa",
            "--enable-native-access=ALL-UNNAMED",
            // Libraries need not be unpacked into a folder that can be written.
            "-Djava.library.path=/app/native",
            "-Duser.home=/home/littoral");

    private final boolean arm;
    private final Path jar;
    private final Path target;
    private final Path base;
    private final Path root;
    private final Path app;
    private final Path staged;

    private ImageFiles(String architecture, Path target, Path base, Path jar) {
        this.jar = jar;
        this.arm = architecture.equals("arm64");
        this.target = target;
        this.base = base;
        Path image = target.resolve("image").resolve(architecture);
        this.root = image.resolve("root");
        this.app = image.resolve("app/app");
        this.staged = image.resolve("staged");
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        ImageFiles files = new ImageFiles(args[0], Path.of(args[1]), Path.of(args[2]), Path.of(args[3]));
        if (!Files.isDirectory(files.base.resolve("root"))) {
            throw new IllegalStateException(
                    "There is no " + files.base + "/root; expected what .ci/image-root " + args[0] + " makes");
        }
        delete(files.root.getParent());
        files.layOut();
    }

    private void layOut() throws IOException, InterruptedException {
        copy(base.resolve("root"), root);
        Path java = root.resolve("opt/java");
        if (arm) {
            copy(base.resolve("java"), java);
        } else {
            link(java);
        }
        Files.createDirectories(app.resolve("native"));
        List<Path> jars = stageJars();
        List<String> options = new ArrayList<>(OPTIONS);
        if (feature(java) >= 23) {
            // Newer JVMs warn of what a library does inside; the warning is not for whoever reads the log.
            options.add("--sun-misc-unsafe-memory-access=allow");
        }
        options.add("-DZstdNativePath=/app/native/" + copyNatives(jars));
        options.add("-cp");
        options.add(classPath(jars, Path.of("/")));
        options.add("dev.littoral.starter.Littoral");
        Files.write(app.resolve("java.args"), options);
        Files.copy(target.resolve("littoral-sbom.json"), app.resolve("sbom.json"));
        touch(root.getParent());
        archiveClasses(java, jars);
        touch(app);
    }

    /**
     * Links the JDK that runs this. What jlink generates follows sets, whose order a JVM draws from the time of its
     * start; one that records for an archive, as Java 24 and newer can, has the same order each time.
     */
    private void link(Path java) throws IOException, InterruptedException {
        Path jlink = Path.of(System.getProperty("java.home"), "bin", "jlink");
        if (!Files.isExecutable(jlink)) {
            throw new IllegalStateException("There is no " + jlink + "; expected a JDK");
        }
        Path recorded = Files.createDirectories(target.resolve("image")).resolve("jlink.recorded");
        run(
                "The Java runtime was not linked; jlink",
                List.of(
                        jlink.toString(),
                        "-J-XX:+IgnoreUnrecognizedVMOptions",
                        "-J-Xlog:disable",
                        "-J-XX:AOTMode=record",
                        "-J-XX:AOTConfiguration=" + recorded,
                        "--add-modules",
                        MODULES,
                        "--strip-java-debug-attributes",
                        "--order-resources=**",
                        "--no-header-files",
                        "--no-man-pages",
                        "--output",
                        java.toString()),
                target);
        Files.deleteIfExists(recorded);
    }

    private static void run(String what, List<String> command, Path folder) throws IOException, InterruptedException {
        int end = new ProcessBuilder(command)
                .directory(folder.toFile())
                .inheritIO()
                .start()
                .waitFor();
        if (end != 0) {
            throw new IllegalStateException(what + " ended with " + end);
        }
    }

    /** The major version of a Java. */
    private static int feature(Path java) throws IOException {
        return Files.readAllLines(java.resolve("release")).stream()
                .filter(line -> line.startsWith("JAVA_VERSION="))
                .map(line -> line.replaceAll("[^0-9.]", "").split("\\.")[0])
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElseThrow();
    }

    /** The jars as jib is going to place them, in the order of the class path. */
    private List<Path> stageJars() throws IOException {
        List<Path> jars = new ArrayList<>();
        jars.add(stage(jar, "classpath"));
        try (Stream<Path> libraries = Files.list(target.resolve("image/libs"))) {
            for (Path library : libraries.sorted().toList()) {
                jars.add(stage(library, "libs"));
            }
        }
        return jars;
    }

    private Path stage(Path jar, String folder) throws IOException {
        Path to = Files.createDirectories(staged.resolve("app").resolve(folder)).resolve(jar.getFileName());
        return Files.copy(jar, to);
    }

    /** @param top in place of the folder where they are staged */
    private String classPath(List<Path> jars, Path top) {
        return jars.stream()
                .map(jar -> top.resolve(staged.relativize(jar)).toString())
                .collect(Collectors.joining(":"));
    }

    /** @return the name of Zstandard's */
    private String copyNatives(List<Path> jars) throws IOException {
        String netty = arm
                ? "META-INF/native/.*_linux_aarch_64\\.so|META-INF/native/.*epoll_aarch_64\\.so"
                : "META-INF/native/.*x86_64\\.so";
        String zstd = (arm ? "linux/aarch64/" : "linux/amd64/") + "libzstd-jni-.*\\.so";
        String found = null;
        for (Path jar : jars) {
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                for (var entry : zip.stream().toList()) {
                    if (!entry.getName().matches(netty) && !entry.getName().matches(zstd)) {
                        continue;
                    }
                    Path to = app.resolve("native")
                            .resolve(Path.of(entry.getName()).getFileName());
                    try (InputStream in = zip.getInputStream(entry)) {
                        Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
                    }
                    if (entry.getName().matches(zstd)) {
                        found = to.getFileName().toString();
                    }
                }
            }
        }
        return Optional.ofNullable(found).orElseThrow();
    }

    /** Of the classes that the JDK names and of those that classes.txt does, with the JVM that is going to run. */
    private void archiveClasses(Path java, List<Path> jars) throws IOException, InterruptedException {
        Path list = target.resolve("image/classes.list");
        List<String> names = new ArrayList<>();
        if (Files.exists(java.resolve("lib/classlist"))) {
            names.addAll(Files.readAllLines(java.resolve("lib/classlist")));
        }
        names.addAll(new TreeSet<>(Files.readAllLines(Path.of("src/image/classes.txt"))));
        Files.write(list, names);
        List<String> command = new ArrayList<>();
        if (arm) {
            Optional<Path> emulator = Stream.of(System.getenv("PATH").split(":"))
                    .map(folder -> Path.of(folder, "qemu-aarch64-static"))
                    .filter(Files::isExecutable)
                    .findFirst();
            if (emulator.isEmpty()) {
                System.out.println(
                        "No archive of classes in the arm64 image: there is no qemu-aarch64-static to make it");
                return;
            }
            command.addAll(List.of(emulator.get().toString(), "-L", root.toString()));
        }
        command.addAll(List.of(
                java.resolve("bin/java").toString(),
                "-Xshare:dump",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-XX:SharedClassListFile=" + list,
                "-XX:SharedArchiveFile=" + app.resolve("littoral.jsa"),
                "-cp",
                // Where this is built is not in the archive.
                classPath(jars, Path.of(""))));
        run("The archive of classes was not made; java", command, staged);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static void touch(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.toList()) {
                Files.setLastModifiedTime(path, TIME);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> paths = Files.walk(folder)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
