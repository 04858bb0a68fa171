package dev.littoral.starter;

import dev.littoral.workflows.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.NoSuchFrameException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** A headless Chromium with a profile of its own. Pages may poll for ever, so tests wait for text. */
final class Browser implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(8);

    /** A page of the UI asks its worker once, and stays without an answer that a busy machine has lost. */
    private static final Duration BEFORE_RELOAD = Duration.ofSeconds(30);

    private static final Path SCREENSHOTS = Path.of("target/screenshots");

    private final Path chromium = ServerProcess.binary("chromium");
    private final Path chromedriver = ServerProcess.binary("chromedriver");
    private final Path profile = ServerProcess.newFolder("chromium");
    private final ChromeDriver driver;

    Browser() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--window-size=1400,1300",
                "--user-data-dir=" + profile);
        // Named, so that Selenium looks for none and downloads none.
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.toFile())
                .build();
        driver = new ChromeDriver(service, options);
    }

    void resize(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
    }

    void open(URI address) {
        driver.get(address.toString());
    }

    /** What a reader sees of the page, frames included: the UI draws Markdown in frames. */
    String text() {
        try {
            StringBuilder text = new StringBuilder(body());
            for (WebElement frame : driver.findElements(By.tagName("iframe"))) {
                driver.switchTo().frame(frame);
                text.append('\n').append(body());
                driver.switchTo().defaultContent();
            }
            return text.toString();
        } catch (NoSuchFrameException | NoSuchElementException | StaleElementReferenceException e) {
            // The page is being drawn again.
            driver.switchTo().defaultContent();
            return "";
        }
    }

    private String body() {
        return driver.findElement(By.tagName("body")).getText();
    }

    /** Waits until the page says all of this, and returns what it says. */
    String awaitText(String... parts) throws InterruptedException {
        Instant deadline = Instant.now().plus(TIMEOUT);
        Instant reload = Instant.now().plus(BEFORE_RELOAD);
        while (true) {
            String text = text();
            String missing = null;
            for (String part : parts) {
                if (!text.contains(part)) {
                    missing = part;
                }
            }
            if (missing == null) {
                return text;
            }
            if (Instant.now().isAfter(deadline)) {
                screenshot("missing");
                throw new AssertionError("The page does not say \"" + missing + "\"; it says: " + text);
            }
            if (Instant.now().isAfter(reload)) {
                driver.navigate().refresh();
                reload = Instant.now().plus(BEFORE_RELOAD);
            }
            Thread.sleep(100);
        }
    }

    Path screenshot(String name) {
        try {
            Path file = Files.createDirectories(SCREENSHOTS).resolve(name + ".png");
            return Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
        ServerProcess.remove(profile);
    }
}
