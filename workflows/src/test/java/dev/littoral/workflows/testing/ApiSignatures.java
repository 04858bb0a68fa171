package dev.littoral.workflows.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The public signatures of classes, and of every public class of Littoral's that these reach, a line each. */
public final class ApiSignatures {
    private final TreeMap<String, TreeSet<String>> classes = new TreeMap<>();

    private ApiSignatures() {}

    /**
     * Checks that none of a file is gone.
     *
     * @param file a file of the module's test resources, written anew with {@code -Dlittoral.api.update=true}
     */
    public static void requireUnchanged(Path file, List<Class<?>> roots) throws IOException {
        ApiSignatures api = new ApiSignatures();
        roots.forEach(api::add);
        List<String> found = new ArrayList<>();
        api.classes.forEach((name, members) -> {
            found.add(name);
            members.forEach(member -> found.add("  " + member));
        });
        if (Boolean.getBoolean("littoral.api.update")) {
            Files.write(file, found);
        }
        assertThat(Files.readAllLines(file))
                .as("signatures that are API and would go; see docs/compatibility.md")
                .isSubsetOf(found);
    }

    private void add(Type type) {
        switch (type) {
            case Class<?> found -> addClass(found);
            case ParameterizedType of -> {
                add(of.getRawType());
                addAll(of.getActualTypeArguments());
            }
            case GenericArrayType array -> add(array.getGenericComponentType());
            case WildcardType wildcard -> addAll(wildcard.getUpperBounds());
            default -> {
                // A variable has no members of its own.
            }
        }
    }

    private void addAll(Type... types) {
        for (Type type : types) {
            add(type);
        }
    }

    private void addClass(Class<?> found) {
        Class<?> type = found.isArray() ? found.getComponentType() : found;
        if (!type.getName().startsWith("dev.littoral.")
                || !Modifier.isPublic(type.getModifiers())
                || classes.containsKey(type.toGenericString())) {
            return;
        }
        TreeSet<String> members = new TreeSet<>();
        classes.put(type.toGenericString(), members);
        if (type.getGenericSuperclass() != null) {
            members.add("extends " + type.getGenericSuperclass().getTypeName());
            add(type.getGenericSuperclass());
        }
        for (Type implemented : type.getGenericInterfaces()) {
            members.add("implements " + implemented.getTypeName());
            add(implemented);
        }
        for (Field field : type.getDeclaredFields()) {
            if (isApi(field)) {
                members.add(field.toGenericString());
                add(field.getGenericType());
            }
        }
        // A record may get further components.
        if (!type.isRecord()) {
            for (Constructor<?> constructor : type.getDeclaredConstructors()) {
                addExecutable(constructor, members);
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isApi(method)) {
                add(method.getGenericReturnType());
            }
            addExecutable(method, members);
        }
        if (type.isSealed()) {
            addAll(type.getPermittedSubclasses());
        }
    }

    private void addExecutable(Executable executable, Set<String> members) {
        if (isApi(executable)) {
            members.add(executable.toGenericString() + annotations(executable));
            addAll(executable.getGenericParameterTypes());
        }
    }

    /** Temporal's own, whose names are on the wire. */
    private static String annotations(AnnotatedElement element) {
        List<String> names = new ArrayList<>();
        for (var annotation : element.getAnnotations()) {
            if (annotation.annotationType().getName().startsWith("io.temporal.")
                    || annotation.annotationType().getName().startsWith("io.nexusrpc.")) {
                names.add(annotation.annotationType().getSimpleName());
            }
        }
        Collections.sort(names);
        return names.isEmpty() ? "" : " @" + String.join(" @", names);
    }

    private static boolean isApi(Member member) {
        return !member.isSynthetic()
                && (Modifier.isPublic(member.getModifiers()) || Modifier.isProtected(member.getModifiers()));
    }
}
