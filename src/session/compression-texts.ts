// Which texts does nearly every session hold? A preset dictionary: what is in it costs next to nothing.

/**
 * Names of claims from RFC 7519, OpenID Connect Core and the tokens of Keycloak and others, in the order in which they are
 * written there, the likeliest last. Browsers hold what was packed with it: not a letter may change. Something better gets a
 * key of its own beside `d1`, and this one goes on being read.
 */
export const commonTexts = Buffer.from(
  [
    '"ver":"2.0","tid":"","oid":"","upn":"","unique_name":"","idtyp":"user","appid":"","appidacr":"1","ipaddr":"","rh":"0.","uti":"',
    '"https://login.microsoftonline.com//v2.0"https://accounts.google.com"https://cognito-idp..amazonaws.com/',
    '"hd":"","picture":"https://lh3.googleusercontent.com/a/',
    '"amr":["pwd","mfa","otp"],"phone_number_verified":false,"phone_number":"+49","address":{},"birthdate":"","gender":"","zoneinfo":"","website":"","profile":"https://","updated_at":17,"client_id":"","token_use":"access","username":"","cognito:groups":["',
    '"organization":["","departments":["","entitlements":["","permissions":["","authorities":["',
    '"roles":["admin","user","viewer","editor","manager","developer","reader","operator"],"/admins","/users","/developers","role:","client:',
    '"impersonator":{},"cnf":{"x5t#S256":"","trusted-certs":[],"client_host":"","clientAddress":"","locale":"en","locale":"de","session_state":"","s_hash":"","c_hash":"","nbf":0,"ext":{},"urn:',
    '"realm-management":{"roles":["view-realm","view-users","query-groups","query-users","manage-users","broker":{"roles":["read-token"]},"create-realm","admin","ssh-ed25519',
    '"reuse_id":"","scope":"openid address phone microprofile-jwt organization groups web-origins service_account offline_access profile email","scope":"openid email profile","scope":"openid profile web-origins basic roles email acr"',
    '"email_verified":false,"email_verified":true,"name":"","given_name":"","family_name":"","preferred_username":"","given_name":"","family_name":"","email":"@gmail.com@example.org"',
    '"allowed-origins":["https://","http://localhost:"],"realm_access":{"roles":["default-roles-","offline_access","uma_authorization"]},"resource_access":{"account":{"roles":["manage-account","manage-account-links","view-profile"]}},"scope":"openid',
    '"nonce":"","sid":"","at_hash":"","acr":"0","acr":"1","groups":["/","/"]',
    '{"exp":17,"iat":17,"auth_time":17,"jti":"onrtac:","jti":"onrtrt:","iss":"https://auth..com/realms/","aud":["account"],"aud":"account","sub":"","typ":"Bearer","typ":"Refresh","typ":"ID","azp":"","sid":"',
    '{"alg":"ES256","alg":"HS512","typ":"JWT","kid":"{"typ":"at+jwt","alg":"RS256","x5t":"',
    '{"alg":"RS256","typ" : "JWT","kid" : "{"alg":"RS256","typ":"JWT","kid":"',
    '"],"r":["account:manage-account","account:manage-account-links","account:view-profile"],"at":"","it":"","rt":"","is":"https://sso.login.id.keycloak..com/auth/realms/","s":"","sid":"","ta":17,"n":"","si":17,"ca":17,"eo":17',
    'at256 it256 rt64\n{"v":1,"i":"","u":"","e":"","pu":"","g":["/',
  ].join(''),
);
