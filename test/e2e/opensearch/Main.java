import java.util.List;
import java.util.Map;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/** An OpenSearch of one node, without TLS and users: {@code Main <directory> <port>}. Prints a line when it takes requests. */
final class Main extends Node {
  private Main(Settings settings) {
    super(
        InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "e2e"),
        List.of(Netty4Plugin.class),
        false);
  }

  public static void main(String[] args) throws Exception {
    Settings settings =
        Settings.builder()
            .put("path.home", args[0])
            .put("http.port", args[1])
            .put("transport.port", "0")
            .put("network.host", "127.0.0.1")
            .put("discovery.type", "single-node")
            // A disk that is nearly full is no reason to write-protect what a test is about.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
    new Main(settings).start();
    System.out.println("OpenSearch is ready");
    // None of its threads keeps the process.
    Thread.currentThread().join();
  }
}
