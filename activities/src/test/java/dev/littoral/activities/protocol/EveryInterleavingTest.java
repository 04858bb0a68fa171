package dev.littoral.activities.protocol;

import org.junit.jupiter.api.Test;

class EveryInterleavingTest {
    @Test
    void smoke() {
        int max = Integer.getInteger("littoral.explore.states", 30_000);
        String only = System.getProperty("only", "");
        InActivity.call(() -> {
            for (Setup setup : Worlds.all(Safeguard.NOTHING)) {
                if (!setup.name().contains(only)) continue;
                long start = System.currentTimeMillis();
                try {
                    Explorer.Covered covered = Explorer.all(setup, max);
                    System.out.println(
                            setup.name() + ": " + covered + " " + (System.currentTimeMillis() - start) + " ms");
                } catch (AssertionError e) {
                    System.out.println("BROKEN " + e.getMessage() + " " + (System.currentTimeMillis() - start) + " ms");
                    Explorer.Broken b = Explorer.shortest(setup, Safeguard.NOTHING, max);
                    System.out.println("SHORTEST " + (b == null ? null : Explorer.words(b)));
                } catch (RuntimeException e) {
                    e.printStackTrace(System.out);
                }
            }
            return null;
        });
    }
}
