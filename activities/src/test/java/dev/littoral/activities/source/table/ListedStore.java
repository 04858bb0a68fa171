package dev.littoral.activities.source.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.littoral.activities.source.StoreOpener;
import dev.littoral.activities.storage.BlobStore;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A store in a bucket that lists what a test gives it, a page at a time, whatever limit it is asked for. */
public final class ListedStore {
    private static final String BUCKET = "s3://lake/";

    private final List<List<BlobStore.Entry>> pages = new ArrayList<>();
    private final Map<String, String> contents = new HashMap<>();
    private int finished;
    private int closed;

    /** The table's storage, opened at {@code s3://lake/t}. */
    public TableStorage table(StoreOpener opener) {
        return new TableStorage(store(), opener);
    }

    BlobStore store() {
        return (BlobStore) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {BlobStore.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "location" -> BUCKET + "t";
                    case "key" -> ((String) arguments[0]).substring(BUCKET.length());
                    case "address" -> BUCKET + arguments[0];
                    case "list" -> cursor();
                    case "find" ->
                        pages.stream()
                                .flatMap(List::stream)
                                .filter(entry -> entry.key().equals(arguments[0]))
                                .findFirst();
                    case "equals" -> proxy == arguments[0];
                    case "get" ->
                        Optional.ofNullable(contents.get((String) arguments[0])).map(text -> text.getBytes(UTF_8));
                    case "close" -> {
                        closed++;
                        yield null;
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    public ListedStore page(List<BlobStore.Entry> entries) {
        pages.add(entries);
        return this;
    }

    /** What is in an object below the table's folder. */
    public ListedStore content(String name, String text) {
        contents.put("t/" + name, text);
        return this;
    }

    /** An object below the table's folder. */
    public static BlobStore.Entry file(String name) {
        return BlobStore.Entry.file("t/" + name, "v", 10, 0);
    }

    /** How many listings ended. */
    public int finished() {
        return finished;
    }

    int closed() {
        return closed;
    }

    private BlobStore.Cursor cursor() {
        return new BlobStore.Cursor() {
            private int next;

            @Override
            public List<BlobStore.Entry> next() {
                return next < pages.size() ? pages.get(next++) : List.of();
            }

            @Override
            public void finish() {
                finished++;
            }
        };
    }
}
