// The object that the benchmark creates when it is given none: a Gateway with four listeners, of
// about the size that people run.
#pragma once

#include <string_view>

namespace gatefold::bench {

inline constexpr std::string_view kGateway = R"({
  "apiVersion": "gateway.networking.k8s.io/v1",
  "kind": "Gateway",
  "metadata": {
    "generateName": "bench-",
    "namespace": "default",
    "labels": {"app": "orders", "tier": "edge", "region": "north"},
    "annotations": {
      "example.org/contact": "platform@example.org",
      "example.org/runbook": "https://runbooks.example.org/edge/orders",
      "example.org/purpose": "Entrance of the ordering system: plain, encrypted, and one name for each tenant."
    }
  },
  "spec": {
    "gatewayClassName": "edge",
    "addresses": [{"type": "IPAddress", "value": "198.51.100.7"}],
    "listeners": [
      {"name": "plain", "hostname": "orders.example.org", "port": 80, "protocol": "HTTP",
       "allowedRoutes": {"namespaces": {"from": "Same"}}},
      {"name": "encrypted", "hostname": "orders.example.org", "port": 443, "protocol": "HTTPS",
       "tls": {"mode": "Terminate", "certificateRefs": [{"name": "orders-certificate"}]},
       "allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"orders": "yes"}}}}},
      {"name": "tenants", "hostname": "*.tenants.example.org", "port": 443, "protocol": "HTTPS",
       "tls": {"mode": "Terminate", "certificateRefs": [{"name": "tenants-certificate"}]},
       "allowedRoutes": {"namespaces": {"from": "All"}, "kinds": [{"kind": "HTTPRoute"}]}},
      {"name": "through", "hostname": "ledger.example.org", "port": 8443, "protocol": "TLS",
       "tls": {"mode": "Passthrough"},
       "allowedRoutes": {"namespaces": {"from": "Same"}}}
    ]
  }
})";

}  // namespace gatefold::bench
