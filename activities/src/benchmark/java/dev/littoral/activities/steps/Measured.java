package dev.littoral.activities.steps;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Times of works that take turns, so that what else the machine does meets all of them alike. */
public final class Measured {
    private static final int WARM_UP = 2;

    private Measured() {}

    /** What is timed. */
    public interface Work {
        void run() throws Exception;
    }

    /**
     * Medians of the seconds that each work takes.
     *
     * @param rounds how often each is run after two rounds that warm up
     */
    public static Map<String, Double> medians(int rounds, Map<String, Work> works) throws Exception {
        Map<String, List<Double>> seconds = new LinkedHashMap<>();
        for (int round = 0; round < rounds + WARM_UP; round++) {
            for (Map.Entry<String, Work> work : works.entrySet()) {
                long start = System.nanoTime();
                work.getValue().run();
                double took = (System.nanoTime() - start) / 1e9;
                if (round >= WARM_UP) {
                    seconds.computeIfAbsent(work.getKey(), any -> new ArrayList<>())
                            .add(took);
                }
            }
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        seconds.forEach((work, all) -> medians.put(work, median(all)));
        return medians;
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
