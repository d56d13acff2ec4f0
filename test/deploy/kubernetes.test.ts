import { describe, expect, it } from 'vitest';
import { IMAGE, only } from './dockerfile.ts';
import { deploymentOf, objectsOf, SECRETS_FOLDER } from './kubernetes.ts';
import { configOf, LONGEST_STOP, overHttp, secretFiles, unknownNames } from './settings.ts';

const DATABASES = ['sqlite', 'postgres'] as const;

describe.each(DATABASES)('kubernetes/%s.yaml', (database) => {
  const { spec, environment, container, pod, annotations } = deploymentOf(database);

  it('sets variables that the bot takes, over Socket Mode and over HTTP', () => {
    expect(unknownNames(environment)).toEqual([]);
    const config = configOf(environment);
    expect(config).toMatchObject({ DATABASE_URL: { kind: database }, delivery: { mode: 'socket' } });
    expect(configOf(overHttp(environment)).delivery.mode).toBe('http');
    expect(secretFiles(overHttp(environment), SECRETS_FOLDER)).toContain('slack-signing-secret');
  });

  it('hands every secret on as a file that the pod has', () => {
    expect(secretFiles(environment, SECRETS_FOLDER)).not.toEqual([]);
    expect(container.volumeMounts).toContainEqual({
      name: 'secrets',
      mountPath: SECRETS_FOLDER,
      readOnly: true,
    });
    expect(pod.volumes).toContainEqual({
      name: 'secrets',
      secret: expect.objectContaining({ secretName: 'fastly-user-bot' }),
    });
  });

  it("names the bot's ports, and probes it where it answers from outside", () => {
    const { PORT, HEALTH_PORT, HEALTH_HOST } = configOf(environment);
    expect(container.ports).toEqual([
      { name: 'slack', containerPort: PORT },
      { name: 'health', containerPort: HEALTH_PORT },
    ]);
    expect(HEALTH_HOST).toBe('0.0.0.0');
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'health' });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'health' });
    expect(annotations['prometheus.io/port']).toBe(String(HEALTH_PORT));
  });

  it("runs as the image's user, with nothing to write to but the volume", () => {
    const [user, group] = only(IMAGE, 'USER').rest.split(':').map(Number);
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: group,
      fsGroup: group,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('gives the bot longer to stop than it takes', () => {
    expect(pod.terminationGracePeriodSeconds).toBe(30);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(LONGEST_STOP);
  });

  it('selects its own pods', () => {
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
  });
});

describe('SQLite in Kubernetes', () => {
  const { spec, container, pod } = deploymentOf('sqlite');

  it('is one pod, which ends before the next one starts', () => {
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  it("has a volume for one pod at the image's only writable folder", () => {
    const claim = objectsOf('sqlite').find(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(claim?.spec).toMatchObject({ accessModes: ['ReadWriteOncePod'] });
    expect(pod.volumes).toContainEqual({
      name: 'data',
      persistentVolumeClaim: { claimName: claim?.metadata.name },
    });
    expect(container.volumeMounts).toContainEqual({ name: 'data', mountPath: only(IMAGE, 'VOLUME').rest });
  });
});

describe('PostgreSQL in Kubernetes', () => {
  const { spec } = deploymentOf('postgres');

  it('is updated without a moment in which a replica is missing', () => {
    expect(spec.strategy).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
    });
    expect(spec.replicas).toBeGreaterThan(1);
  });

  it('keeps a replica while nodes are emptied', () => {
    const budget = objectsOf('postgres').find(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budget?.spec).toEqual({ minAvailable: 1, selector: spec.selector });
  });
});

describe('kubernetes/http.yaml', () => {
  const [service, ingress] = objectsOf('http');

  it("leads Slack's requests to the port that takes them, with TLS, and nothing else", () => {
    const { spec, container } = deploymentOf('postgres');
    expect(service?.spec).toEqual({
      selector: spec.selector.matchLabels,
      ports: [{ name: 'slack', port: 80, targetPort: 'slack' }],
    });
    expect(container.ports.map(({ name }) => name)).toContain('slack');
    const host = 'bot.example.com';
    const backend = { service: { name: service?.metadata.name, port: { name: 'slack' } } };
    expect(ingress?.spec).toEqual({
      tls: [{ hosts: [host], secretName: 'fastly-user-bot-tls' }],
      rules: [{ host, http: { paths: [{ path: '/slack/events', pathType: 'Exact', backend }] } }],
    });
  });
});
