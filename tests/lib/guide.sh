# guide.sh - for test scripts: signals that the guide's manifest judges.  Source
# it behind lib.sh.
# shellcheck shell=sh

# guide_signals FILE: every value on its limit, or as near as makes no
# difference.
guide_signals() {
	cat >"$1" <<'END'
{"signal":"telephony.abandonment_rate_percent","value":2.5,"at":"2026-11-20T02:41:07Z","n":412}
{"signal":"telephony.first_response_latency_ms","value":1200,"at":"2026-11-20T02:41:07Z","n":412}
{"signal":"telephony.success_rate_percent","value":99.2,"at":"2026-11-20T02:41:07Z","n":412}
{"signal":"telephony.sip_failover_test_passed","value":true,"at":"2026-11-20T02:41:07Z"}
{"signal":"integrations.api_error_rate_percent","value":0.5,"at":"2026-11-20T02:41:08Z","n":9000}
{"signal":"integrations.webhook_retry_count","value":3,"at":"2026-11-20T02:41:08Z"}
{"signal":"integrations.dead_letter_queue_depth","value":0,"at":"2026-11-20T02:41:08Z"}
{"signal":"integrations.schema_validation_passed","value":true,"at":"2026-11-20T02:41:08Z"}
{"signal":"compliance.tls_version","value":"1.2","at":"2026-11-20T02:41:09Z"}
{"signal":"compliance.data_residency_region","value":"US_EAST_1","at":"2026-11-20T02:41:09Z"}
{"signal":"compliance.pci_dss_masking_enabled","value":true,"at":"2026-11-20T02:41:09Z"}
END
}
