package dev.littoral.activities.listing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Keys below {@code lake/} as lakes have them. */
final class KeyShapes {
    private KeyShapes() {}

    /** Shapes of keys by name, each with about this number of keys. */
    static Map<String, List<String>> of(int keys) {
        SplittableRandom random = new SplittableRandom(1);
        Map<String, List<String>> shapes = new LinkedHashMap<>();
        shapes.put("flat, by number", numbered("lake/part-%06d.parquet", keys));
        shapes.put(
                "flat, by random number",
                random.longs(keys).mapToObj("lake/%016x.parquet"::formatted).toList());
        shapes.put("folders of one size", numbered("lake/day=%04d/part-%06d.parquet", keys, keys / 120));
        shapes.put("one folder has nearly all", skewed(keys));
        shapes.put(
                "folders within folders",
                numbered("lake/year=%04d/month=%02d/%06d.parquet", keys, keys * 2 / 5, keys / 30));
        return shapes;
    }

    private static List<String> numbered(String format, int count, int... perFolder) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    List<Object> numbers = new ArrayList<>();
                    for (int size : perFolder) {
                        numbers.add(i / size);
                    }
                    numbers.add(i);
                    return format.formatted(numbers.toArray());
                })
                .toList();
    }

    private static List<String> skewed(int keys) {
        return Stream.of(
                        numbered("lake/a/%02d.parquet", 50),
                        numbered("lake/b/data-%06d-of-" + keys + ".parquet", keys - 200),
                        numbered("lake/c/%03d.parquet", 150))
                .flatMap(List::stream)
                .toList();
    }
}
