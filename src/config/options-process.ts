// Options of the process itself: command line, logs, listeners.
import { choice, duration, file, flag, integer, text, texts } from './kinds.ts';
import type { Option } from './option.ts';

// prettier-ignore
export const generalOptions = {
  alphaConfig:          { flag: 'alpha-config', kind: file, commandLineOnly: true, help: 'Path of a structured YAML config file.' },
  config:               { flag: 'config', kind: file, commandLineOnly: true, help: 'Path of a TOML config file.' },
  configTest:           { flag: 'config-test', kind: flag, commandLineOnly: true, default: 'false', help: 'Check the whole configuration, say what is wrong with it, and exit.' },
  convertConfigToAlpha: { flag: 'convert-config-to-alpha', kind: flag, commandLineOnly: true, default: 'false', help: 'Print the configuration in the structured YAML form and exit.' },
  version:              { flag: 'version', kind: flag, commandLineOnly: true, default: 'false', help: 'Print the version and exit.' },
} as const satisfies Record<string, Option>;

// prettier-ignore
export const logOptions = {
  authLogging:           { flag: 'auth-logging', kind: flag, default: 'true', help: 'Log who signed in and who was refused.' },
  authLoggingFormat:     { flag: 'auth-logging-format', kind: text, default: '{{.Client}} - {{.RequestID}} - {{.Username}} [{{.Timestamp}}] [{{.Status}}] {{.Message}}', help: 'Template of the lines about sign-ins.' },
  errorsToInfoLog:       { flag: 'errors-to-info-log', kind: flag, default: 'false', help: 'Write errors to standard output as well, instead of standard error.' },
  excludeLoggingPaths:   { flag: 'exclude-logging-path', kind: texts, help: 'Path whose requests are not logged (exact).' },
  logFormat:             { flag: 'log-format', kind: choice('text', 'json'), default: 'text', ours: true, help: 'Lines as the reference writes them, or one JSON object each.' },
  logLevel:              { flag: 'log-level', kind: choice('debug', 'info', 'warn', 'error'), default: 'info', ours: true, help: 'The least important lines that are still written.' },
  loggingCompress:       { flag: 'logging-compress', kind: flag, default: 'false', help: 'Compress rotated log files.' },
  loggingFilename:       { flag: 'logging-filename', kind: file, help: 'Log to this file instead of standard output.' },
  loggingLocalTime:      { flag: 'logging-local-time', kind: flag, default: 'true', help: 'Local time in log lines; false: UTC.' },
  loggingMaxAge:         { flag: 'logging-max-age', kind: integer, default: '7', help: 'Days to keep rotated log files.' },
  loggingMaxBackups:     { flag: 'logging-max-backups', kind: integer, default: '0', help: 'Number of rotated log files to keep; 0 keeps all.' },
  loggingMaxSize:        { flag: 'logging-max-size', kind: integer, default: '100', help: 'Size in megabytes at which a log file is rotated.' },
  requestLogging:        { flag: 'request-logging', kind: flag, default: 'true', help: 'Log requests.' },
  requestLoggingFormat:  { flag: 'request-logging-format', kind: text, default: '{{.Client}} - {{.RequestID}} - {{.Username}} [{{.Timestamp}}] {{.Host}} {{.RequestMethod}} {{.Upstream}} {{.RequestURI}} {{.Protocol}} {{.UserAgent}} {{.StatusCode}} {{.ResponseSize}} {{.RequestDuration}}', help: 'Template of the lines about requests.' },
  silencePingLogging:    { flag: 'silence-ping-logging', kind: flag, default: 'false', help: 'Do not log requests for the ping and ready paths.' },
  standardLogging:       { flag: 'standard-logging', kind: flag, default: 'true', help: 'Log everything that is neither a sign-in nor a request.' },
  standardLoggingFormat: { flag: 'standard-logging-format', kind: text, default: '[{{.Timestamp}}] [{{.File}}] {{.Message}}', help: 'Template of all other lines.' },
} as const satisfies Record<string, Option>;

// prettier-ignore
export const serverOptions = {
  forceHttps:             { flag: 'force-https', kind: flag, default: 'false', help: 'Redirect requests that came over plain http to https.' },
  gcpHealthchecks:        { flag: 'gcp-healthchecks', kind: flag, default: 'false', deprecated: '--ping-path and --ping-user-agent=GoogleHC/1.0', help: 'Answer /liveness_check and /readiness_check, to Google\'s health checker too.' },
  httpAddress:            { flag: 'http-address', kind: text, default: '127.0.0.1:4180', differs: 'A socket that a killed process left behind is taken over.', alpha: 'server.bindAddress', help: 'Where to listen: host:port, :port for every interface, unix://PATH[,mode=0660], fd:3 for a socket of systemd; - for nowhere.' },
  httpsAddress:           { flag: 'https-address', kind: text, default: ':443', alpha: 'server.secureBindAddress', help: 'Where to listen for https once a certificate is configured.' },
  metricsAddress:         { flag: 'metrics-address', kind: text, alpha: 'metricsServer.bindAddress', help: 'Where to serve Prometheus metrics over http, on every path; empty: nowhere.' },
  metricsSecureAddress:   { flag: 'metrics-secure-address', kind: text, alpha: 'metricsServer.secureBindAddress', help: 'Where to serve Prometheus metrics over https.' },
  metricsTlsCertFile:     { flag: 'metrics-tls-cert-file', kind: file, alpha: 'metricsServer.tls.cert', help: 'Certificate of the metrics listener.' },
  metricsTlsCipherSuites: { flag: 'metrics-tls-cipher-suite', kind: texts, ours: true, alpha: 'metricsServer.tls.cipherSuites', help: 'Cipher suite that the metrics listener may use up to TLS 1.2, by its name in Go.' },
  metricsTlsKeyFile:      { flag: 'metrics-tls-key-file', kind: file, alpha: 'metricsServer.tls.key', help: 'Private key of the metrics listener.' },
  metricsTlsMinVersion:   { flag: 'metrics-tls-min-version', kind: text, ours: true, alpha: 'metricsServer.tls.minVersion', help: 'Lowest TLS version of the metrics listener: TLS1.2 (default) or TLS1.3.' },
  pingPath:               { flag: 'ping-path', kind: text, default: '/ping', help: 'Path that answers 200 while the process lives; empty: none.' },
  pingUserAgent:          { flag: 'ping-user-agent', kind: text, help: 'Answer the ping path to this User-Agent only.' },
  readyPath:              { flag: 'ready-path', kind: text, default: '/ready', differs: 'It also says whether sign-ins are possible (provider discovered).', help: 'Path that answers 200 when requests can be served; empty: none.' },
  shutdownTimeoutMs:      { flag: 'shutdown-timeout', kind: duration, default: '30s', ours: true, help: 'How long requests in flight may take to finish after SIGTERM.' },
  tlsCertFile:            { flag: 'tls-cert-file', kind: file, differs: 'Changes of the file are noticed.', alpha: 'server.tls.cert', help: 'Certificate chain (PEM) of the https listener.' },
  tlsCipherSuites:        { flag: 'tls-cipher-suite', kind: texts, alpha: 'server.tls.cipherSuites', help: 'Cipher suite that the https listener may use up to TLS 1.2, by its name in Go.' },
  tlsKeyFile:             { flag: 'tls-key-file', kind: file, alpha: 'server.tls.key', help: 'Private key of the https listener.' },
  tlsMinVersion:          { flag: 'tls-min-version', kind: text, alpha: 'server.tls.minVersion', help: 'Lowest TLS version: TLS1.2 (default) or TLS1.3.' },
} as const satisfies Record<string, Option>;
