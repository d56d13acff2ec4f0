import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { read } from './dockerfile.ts';
import type { Environment } from './settings.ts';

/** Where the pods find the secrets. */
export const SECRETS_FOLDER = '/run/secrets/fastly-user-bot';

const KubernetesObject = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  spec: z.record(z.string(), z.unknown()),
});

const anything = z.unknown();
const Labels = z.record(z.string(), z.string());
const Named = z.looseObject({ name: z.string() });

// Strict, because a cluster would ignore a field with a misspelt name.
const Probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string(), port: z.string() }),
  periodSeconds: z.number(),
  timeoutSeconds: z.number(),
  failureThreshold: z.number().optional(),
});
const Container = z.strictObject({
  name: z.string(),
  image: z.string(),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.number() })),
  readinessProbe: Probe,
  livenessProbe: Probe,
  securityContext: anything,
  resources: anything,
  volumeMounts: z.array(Named),
});
const Pod = z.strictObject({
  automountServiceAccountToken: z.literal(false),
  enableServiceLinks: z.literal(false),
  terminationGracePeriodSeconds: z.number(),
  securityContext: anything,
  topologySpreadConstraints: anything.optional(),
  containers: z.tuple([Container]),
  volumes: z.array(Named),
});
const DeploymentSpec = z.strictObject({
  replicas: z.number(),
  strategy: anything,
  selector: z.strictObject({ matchLabels: Labels }),
  template: z.strictObject({
    metadata: z.strictObject({ labels: Labels, annotations: Labels }),
    spec: Pod,
  }),
});

/** The objects of `deploy/kubernetes/NAME.yaml`, in order. */
export function objectsOf(name: string): z.infer<typeof KubernetesObject>[] {
  const documents = parseAllDocuments(read(`deploy/kubernetes/${name}.yaml`), { version: '1.1' });
  return documents.map((document) => KubernetesObject.parse(document.toJS()));
}

/** The Deployment among them, with its one container. */
export function deploymentOf(name: string) {
  const found = objectsOf(name).find(({ kind }) => kind === 'Deployment');
  const spec = DeploymentSpec.parse(found?.spec);
  const { metadata, spec: pod } = spec.template;
  const [container] = pod.containers;
  const environment: Environment = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
  return { spec, pod, container, environment, annotations: metadata.annotations };
}
