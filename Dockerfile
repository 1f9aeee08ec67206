# The image holds dist/, what it needs to run, and the nginx snippets; nothing of the build.
FROM node:26-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY src ./src
RUN npm run build
RUN npm prune --omit=dev --no-audit --no-fund

FROM node:26-slim
ENV NODE_ENV=production \
    OAUTH2_PROXY_HTTP_ADDRESS=0.0.0.0:4180
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY nginx ./nginx
COPY LICENSE ./
# A number, so that Kubernetes can see that it is not root (runAsNonRoot).
USER 65532:65532
EXPOSE 4180
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "dist/main.js", "healthcheck"]
ENTRYPOINT ["node", "/app/dist/main.js"]
